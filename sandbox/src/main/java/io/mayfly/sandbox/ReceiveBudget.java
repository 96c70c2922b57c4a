package io.mayfly.sandbox;

/**
 * How much of the platform's memory one instance may take with requests that it has not sent to
 * their end: as much as the answers of its calls need, and one more. Without it, each of its
 * connections could hold back the last byte of a large body. Safe for use by many threads.
 */
final class ReceiveBudget {
  private final int request;
  private long left;

  /**
   * @param request bytes of the largest request there is
   * @param calls how many calls the instance takes at a time
   */
  ReceiveBudget(int request, int calls) {
    this.request = request;
    this.left = (calls + 1L) * request;
  }

  /** The instance takes so many calls more, or fewer. */
  synchronized void addCalls(int more) {
    left += (long) more * request;
  }

  /** Takes so many bytes; false if there are not as many. */
  synchronized boolean take(int bytes) {
    if (bytes > left) {
      return false;
    }
    left -= bytes;
    return true;
  }

  synchronized void giveBack(int bytes) {
    left += bytes;
  }
}
