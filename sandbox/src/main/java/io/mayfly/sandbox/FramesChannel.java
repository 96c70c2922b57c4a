package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.util.Optional;

/** Frames over a Unix socket. */
record FramesChannel(FramesListener listener) implements RuntimeChannel {
  @Override
  public Optional<Outcome> awaitReady() throws ChannelClosedException {
    throw new ChannelClosedException("frames are not spoken yet");
  }

  @Override
  public Outcome invoke(Invocation invocation) throws ChannelClosedException {
    throw new ChannelClosedException("frames are not spoken yet");
  }

  @Override
  public void close() {
    listener.close();
  }
}
