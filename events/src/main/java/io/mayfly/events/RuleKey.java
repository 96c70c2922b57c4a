package io.mayfly.events;

/** A rule's name and that of its bus. */
record RuleKey(String bus, String name) {
  /** As it stands on the disk: no rule has a slash in its name. */
  static RuleKey parse(String text) {
    int slash = text.lastIndexOf('/');
    return new RuleKey(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public String toString() {
    return bus + "/" + name;
  }
}
