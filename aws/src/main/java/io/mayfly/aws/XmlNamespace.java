package io.mayfly.aws;

/**
 * A namespace that an XML element declares.
 *
 * @param prefix the prefix that stands for it; empty: it holds for names without a prefix
 */
record XmlNamespace(String uri, String prefix) {
  /** The declaration as an attribute, with a space before it. */
  String declaration() {
    return (prefix.isEmpty() ? " xmlns=\"" : " xmlns:" + prefix + "=\"")
        + XmlErrors.escape(uri)
        + '"';
  }
}
