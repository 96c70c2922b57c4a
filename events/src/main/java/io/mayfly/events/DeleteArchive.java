package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code DeleteArchive}: with its events. */
final class DeleteArchive implements Operation<DeleteArchive.Input, Operation.Nothing> {
  record Input(String archiveName) {}

  private final Archives archives;

  DeleteArchive(Archives archives) {
    this.archives = archives;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    archives.delete(input.archiveName());
    return Nothing.VALUE;
  }
}
