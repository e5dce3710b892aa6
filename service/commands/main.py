"""The command `village-credit`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any

import click

ENGINE = "durable_rules_engine"  # the C module that judges
NO_ENGINE = """\
village-credit 无法载入规则引擎 durable-rules：{reason}
请在检出目录中用 make 安装；用 pip 时先设置 CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject，
再以 --no-cache-dir 重装 durable-rules。
village-credit cannot load the rule engine durable-rules: {reason}
Install with make in a checkout. With pip, set CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject and install
durable-rules anew with --no-cache-dir.
"""


MISUSED = (  # the first class that fits; click's own words follow
    (click.NoSuchOption, "没有这个选项。"),
    (click.MissingParameter, "缺少参数。"),
    (click.BadOptionUsage, "选项用法不对。"),
    (click.BadParameter, "参数的值不对。"),
    (click.UsageError, "用法不对。"),
)


class Misused(click.UsageError):
    """A usage error in both languages."""


@contextmanager
def _in_chinese() -> Iterator[None]:
    """Put Chinese before the words of a usage error, once."""
    try:
        yield
    except (Misused, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        zh = next(words for kind, words in MISUSED if isinstance(error, kind))
        raise Misused(f"{zh}{error.format_message()}", error.ctx) from error


class Lazy(click.Group):
    """A group that imports a command when it is called: its help, and every other command, stays light."""

    def __init__(self, summary: str, commands: Mapping[str, tuple[str, str] | Lazy], name: str | None = None) -> None:
        super().__init__(name, help=summary, context_settings={"help_option_names": ["-h", "--help"]})
        self.short_help = summary
        self.places = commands  # name -> (module:attribute, summary), or a group of commands

    def make_context(self, *words: Any, **extra: Any) -> click.Context:
        with _in_chinese():
            return super().make_context(*words, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _in_chinese():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None or isinstance(place, Lazy):
            return place
        command: click.Command = resolve_name(f"service.commands.{place[0]}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])

    def summary(self, name: str) -> str:
        """The line of a command in the help of its group."""
        place = self.places[name]
        return place.short_help or "" if isinstance(place, Lazy) else place[1]


COMMANDS: dict[str, tuple[str, str] | Lazy] = {
    "county": Lazy("全县：一次处理全部的村和户 / a county: all villages and households at once", {
        "assign": ("county_assign:assign_command", "各村分派客户经理，力求均衡"
            " / assign villages to customer managers, evenly"),
        "explain": ("county_explain:explain_command", "逐条说明一次运行中某一行的结论 / explain one row of a run"),
        "run": ("county_run:run_command", "判定全县的户、村、乡镇，写出结果和报告 / judge a whole county and report"),
        "simulate": ("county_simulate:simulate_command", "若改变门槛，谁得到、谁失去"
            " / who gains and who loses under other figures"),
    }),
    "decide": ("decide:decide", "判定一个或一批案例（YAML、JSON，- 为标准输入）/ decide a case, or a list of cases"),
    "decisions": ("decisions:decisions", "能判定什么，各需要哪些事实"
        " / what can be decided, and which facts each needs"),
    "demo": ("demo:demo", "判定随附的示例县 / judge the example county"),
    "explain": ("decide:explain", "逐条说明一个判定，连同它所依据的判定"
        " / the full reasoning, with the decisions it rests on"),
    "keys": Lazy("API 密钥：发放、列出、吊销 / API keys: hand out, list, revoke", {
        "add": ("keys:add", "发放密钥；密钥只显示这一次 / hand out a key; it is shown this once"),
        "list": ("keys:list_keys", "列出密钥 / list the keys"),
        "revoke": ("keys:revoke", "吊销密钥；服务几秒内即不再接受"
            " / revoke a key; the service refuses it within seconds"),
    }),
    "log": Lazy("判定日志：验证、锚点、导出、到期 / the decision log: verify, anchor, export, expire", {
        "anchor": ("log:anchor", "记下日志现在的末尾；存到别处，末尾的删除才查得出来"
            " / note where the log ends; kept elsewhere, it shows a deletion at the end"),
        "expire": ("log:expire_inputs", "删除到期的封存输入，日志照样可以验证"
            " / delete sealed inputs whose time is over; the log still verifies"),
        "export": ("log:export_log", "导出日志的行；封存的输入不在其中"
            " / write the lines out; sealed inputs stay behind"),
        "verify": ("log:verify_log", "验证日志没有被改动，改动过则退出码为 1"
            " / prove that the log is as it was written; exit code 1 if not"),
    }),
    "policies": Lazy("政策：检查、查看、比较、新建版本 / policies: check, show, compare, begin an edition", {
        "check": ("policies:check", "检查政策文件，列出全部问题 / check policy files and list every problem"),
        "diff": ("policies:compare", "用文字说明两个版本的不同 / say in words what changed between two editions"),
        "new-edition": ("policies:begin", "复制最新版本，改好生效日，并给旧版本写上失效日"
            " / copy the newest edition under a new date"),
        "show": ("show:show_edition", "查看版本清单，或一个版本的全部规则"
            " / list the editions, or print the rules of one"),
    }),
    "serve": ("serve:serve", "启动判定服务（设置见 docs/settings.md）/ start the service (settings: docs/settings.md)"),
}  # fmt: skip
cli = Lazy(
    """整村授信：按政策版本判定，每条结论都注明条款。

    Whole-village credit: decisions by policy edition, each finding citing its clause.

    退出码 / exit codes: 0 完成 done · 1 政策有问题 policy problems · 2 用法或输入有误 bad usage or input
    · 3 需补充信息 information is missing
    """,
    COMMANDS,
    "village-credit",
)
cli.context_settings["max_content_width"] = 100


def main() -> None:
    """Run the command line; where the engine does not load, say how to install it and exit with 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese shows `?`
    try:
        cli(prog_name="village-credit")
    except ImportError as error:
        if error.name != ENGINE:
            raise
        sys.stderr.write(NO_ENGINE.format(reason=error.msg))
        raise SystemExit(2) from None
