"""The reader's language: Chinese until somebody chooses, never guessed from the browser.

English is there for the pages everyone reads; what offices do stays Chinese, also for who chose English.
"""

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_noop as _

from config import display

COOKIE = "lang"
ENGLISH = "en"
# Words that reach a page as values (the menu, tags, why a title ended): named here so that the catalogue has them.
VALUES = (
    _("申报"), _("待办"), _("推荐名单"), _("异议"), _("批次"), _("进度"), _("人员"), _("单位"), _("工作日"), _("考核评分"), _("安全日志"),
    _("审计日志"), _("补助资金"), _("资金审核"), _("认定名录"), _("证书查验"), _("异议办理"), _("充分就业社区评审平台"),
    _("草稿"), _("填报中"), _("待我处理"), _("退回补正"), _("评审中"), _("公示中"), _("已认定"), _("未入选"), _("已撤销"), _("逾期"),
    _("复查不合格"), _("弄虚作假"), _("社区撤销"), _("社区合并，复核后未保留"), _("社区拆分，复核后未保留"),
    _("社区变更，称号由继任社区承接"), _("其他决定"), _("行政村"), _("合并"), _("拆分"), _("撤销"),
)  # fmt: skip


def chosen(request) -> str:
    """The language of the cookie, or the site's own."""
    return ENGLISH if display.chosen(request, COOKIE) == ENGLISH else settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Activates the chosen language for pages without sign-in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        translation.activate(settings.LANGUAGE_CODE)
        try:
            response = self.get_response(request)
        finally:
            translation.activate(settings.LANGUAGE_CODE)
        if getattr(request, "in_two_languages", False):
            patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True):
            request.in_two_languages = True
            translation.activate(chosen(request))
