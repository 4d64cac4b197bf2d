"""Gives every signed-in request the posting it acts under; the accounts worker widens this."""


class ActingPostMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
