package io.mayfly.scheduler;

/** What a schedule is known by in its account. Neither part has a slash. */
record ScheduleKey(String group, String name) implements Comparable<ScheduleKey> {
  @Override
  public int compareTo(ScheduleKey other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return group + "/" + name;
  }
}
