"""The reasons why the operating system refuses a file, in both languages."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from rules.values.text import Text

WORDS: Mapping[int, str] = {
    errno.EACCES: "没有权限",
    errno.EADDRINUSE: "已被占用",
    errno.EEXIST: "已经存在",
    errno.EISDIR: "这是目录，不是文件",
    errno.ENOENT: "没有这个文件或目录",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EPERM: "不允许这样做",
    errno.EROFS: "磁盘只读",
}


def why(error: OSError) -> Text:
    """The reason of a system error in both languages; the system's own words for an unknown one."""
    reason = error.strerror or str(error) or type(error).__name__
    return Text(WORDS.get(error.errno or 0, reason), reason)
