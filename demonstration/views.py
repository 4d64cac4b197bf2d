"""Moving the demonstration's date, and with it what time alone brings about."""

from django.contrib import messages
from django.views.decorators.http import require_POST

from accounts.views.demonstration import demo_clock as move_date
from accreditation import notices
from regions import clock


@require_POST
def demo_clock(request):
    """Move the date (accounts), then do what `tick` does on that day."""
    response = move_date(request)
    if response.status_code == 302:
        for notice, closed, held in notices.close_due(clock.now()):
            waiting = f"，{held} 个因异议暂缓" if held else ""
            messages.info(request, f"“{notice.title}”公示期满：{closed} 个社区进入下一环节{waiting}。")
    return response
