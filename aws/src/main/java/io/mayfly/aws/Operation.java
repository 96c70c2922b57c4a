package io.mayfly.aws;

/**
 * One AWS action: takes a record, gives a record, and knows nothing of the wire.
 *
 * <p>A record's components are named as the model's members, with a small first letter; case does
 * not matter beyond that ({@code kmsKeyArn} is {@code KMSKeyArn}), and one underscore at the end is
 * dropped ({@code default_}). Their types: {@code String} (enumerations too), {@code Byte}, {@code
 * Short}, {@code Integer}, {@code Long}, {@code Float}, {@code Double}, {@code Boolean} or the
 * primitive, {@code byte[]} for blobs, {@code Instant}, a record for a structure, {@code List<T>},
 * {@code Map<String, T>}. A member that a request may leave out is an {@code Optional<T>}; a {@code
 * List} or {@code Map} may also stand alone and is then empty where the member is absent. Elements
 * of sparse lists and maps are {@code Optional<T>} too, and a document is an {@code Object} (see
 * {@link Shape}). Components that several records have alike can stand in a {@link Mixin} of them.
 *
 * <p>What the input record does not declare cannot be set by a request: it is refused, so that no
 * setting is accepted and ignored. Before {@link #handle} runs, the input has passed every
 * constraint of the model. Implementations are called by many threads at once.
 *
 * @param <I> the input; {@link Nothing} for none
 * @param <O> the output; {@link Nothing} for none
 */
public interface Operation<I extends Record, O extends Record> {
  /** The action's name in the model, which is that of the class. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** The type of the input. */
  default Class<I> input() {
    return TypeArguments.ofOperation(getClass(), 0);
  }

  /** The type of the output. */
  default Class<O> output() {
    return TypeArguments.ofOperation(getClass(), 1);
  }

  /**
   * Does it.
   *
   * @throws io.mayfly.model.MayflyException an error for the caller
   * @throws AwsException an error for the caller whose code no {@code ErrorCode} has
   */
  O handle(I input, Caller caller);

  /** The input or output of an action that takes or gives nothing. */
  record Nothing() {
    /** The one value. */
    public static final Nothing VALUE = new Nothing();
  }
}
