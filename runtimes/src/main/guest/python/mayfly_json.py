"""JSON in and out, as handlers on Lambda know it.

Lambda's runtime encodes more than the standard library does: decimals become numbers, bytes become
strings, named tuples become objects. Python 3.12 and newer write other scripts as they are, older
ones escape them.
"""

import json
import marshal
import os
import sys

# Marks where a decimal stands in the text: the standard library's encoder has no way to write
# digits as they are, so they go in as a marked string and the marks are taken out afterwards.
_MARK = os.urandom(12).hex()


class _Encoder(json.JSONEncoder):
    """Writes one value after another, on one thread."""

    marked = False

    def default(self, value):
        # Whoever made a decimal has loaded the module; it is too slow to load for nothing.
        decimal = sys.modules.get("decimal")
        if decimal and isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            self.marked = True
            return "%s%s%s" % (_MARK, value, _MARK)
        if isinstance(value, bytes):
            return value.decode("utf-8")
        return super().default(value)


def _key(key):
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is None or isinstance(key, (str, int, float)):
        return key
    raise TypeError(
        "keys must be str, int, float, bool or None, not " + type(key).__name__
    )


def _plain(value, above):
    """The value with named tuples and byte keys replaced, whatever depth they are at."""
    if isinstance(value, (str, int, float, type(None))):
        return value
    as_object = None if isinstance(value, list) else getattr(value, "_asdict", None)
    is_object = callable(as_object)
    if not is_object and not isinstance(value, (list, tuple, dict)):
        return value
    mark = id(value)
    if mark in above:
        raise ValueError("Circular reference detected")
    above.add(mark)
    content = as_object() if is_object else value
    if isinstance(content, dict):
        plain = {_key(key): _plain(item, above) for key, item in content.items()}
    else:
        plain = [_plain(item, above) for item in content]
    above.discard(mark)
    return plain


def _is_plain(value):
    """Whether there are only objects of the built-in types themselves in it, found at C speed."""
    try:
        marshal.dumps(value, 2)
    except ValueError:
        return False
    return True


_encoder = _Encoder(ensure_ascii=sys.version_info < (3, 12))


def encode(value):
    """The value as JSON text; raises TypeError or ValueError for what has no JSON form."""
    _encoder.marked = False
    try:
        text = _encoder.encode(value if _is_plain(value) else _plain(value, set()))
    except TypeError:
        # Perhaps only a key was in the way; what else was will be said again.
        text = _encoder.encode(_plain(value, set()))
    if _encoder.marked:
        text = text.replace('"' + _MARK, "").replace(_MARK + '"', "")
    return text


def _refuse_constant(text):
    raise ValueError("Expecting value: %s is not JSON" % text)


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def decode(text):
    """The value of JSON text in a string or in UTF-8."""
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    if text.startswith("\ufeff"):
        text = text[1:]
    return _decoder.decode(text)
