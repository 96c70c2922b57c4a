def inner():
    raise RuntimeError("at import")


inner()
