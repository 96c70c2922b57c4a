package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Waits for what guests say over their sockets, and for room where they do not read, on few threads
 * for all of them.
 *
 * <p>A call's answer is taken, logged and given to its caller on the thread that learns of it:
 * nothing is handed to another on its way, so whatever is called from there must not block.
 */
public interface SocketWatcher {
  /**
   * Watches a socket from now on, which does not block any more.
   *
   * @param readable runs when there is something to read, or the other side has closed
   * @param writable runs when there is room again
   * @throws IOException if it is closed already
   */
  Watch watch(SocketChannel socket, Runnable readable, Runnable writable) throws IOException;

  /** A socket that is watched. */
  interface Watch {
    /**
     * Whether to be told once there is room for what could not be written.
     *
     * @throws IOException if the socket has been closed
     */
    void awaitRoom(boolean wanted) throws IOException;

    /**
     * Whether to be told once there is something to read, which is so from the start. What has not
     * been read until then stays in the socket, and the other side has to wait.
     *
     * @throws IOException if the socket has been closed
     */
    void awaitData(boolean wanted) throws IOException;

    /** Ends it. A socket that has been closed has its descriptor freed by that. */
    void end();
  }
}
