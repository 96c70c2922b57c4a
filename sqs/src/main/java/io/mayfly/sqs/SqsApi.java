package io.mayfly.sqs;

import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.Shape;
import io.mayfly.model.Account;
import io.mayfly.queue.Queues;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The SQS API as a service of the AWS endpoint: every action of it, over an account's queues. */
public final class SqsApi {
  private static final long VERSION_MASK = 0xffff_ffff_ffff_0fffL;
  private static final long VERSION = 0x4000L;
  private static final long VARIANT_MASK = 0x3fff_ffff_ffff_ffffL;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private SqsApi() {}

  /**
   * Binds the actions to queues, and takes up moves of messages that were under way.
   *
   * @param authorizer is asked for what an action does beyond what its request names
   * @param policyCheck throws an {@link io.mayfly.aws.AwsException} if a text is no policy of a
   *     resource
   * @param platformKey a secret that outlives restarts, as receipt handles do
   * @param random for ids, which must not meet and may be guessed
   * @param nanoTime a clock that only goes on, in nanoseconds
   */
  public static AwsService service(
      ServiceModel model,
      Account account,
      Queues queues,
      Authorizer authorizer,
      Consumer<String> policyCheck,
      byte[] platformKey,
      RandomGenerator random,
      InstantSource clock,
      LongSupplier nanoTime) {
    SqsQueues all = new SqsQueues(account, queues, policyCheck, clock, () -> id(random));
    Receipts receipts = new Receipts(platformKey);
    Messages messages = new Messages(() -> id(random));
    Visibility visibility = new Visibility(receipts, clock);
    MoveTasks tasks = new MoveTasks(all, nanoTime);
    tasks.resume();
    return new AwsService(
        model,
        List.of(
            new CreateQueue(all),
            new DeleteQueue(all),
            new GetQueueUrl(all),
            new ListQueues(all),
            new GetQueueAttributes(all, names(model, "QueueAttributeName")),
            new SetQueueAttributes(all),
            new TagQueue(all),
            new UntagQueue(all),
            new ListQueueTags(all),
            new AddPermission(all),
            new RemovePermission(all),
            new SendMessage(all, messages),
            new SendMessageBatch(all, messages),
            new ReceiveMessage(
                all,
                receipts,
                new ReceiveAttempts(clock),
                clock,
                names(model, "MessageSystemAttributeName")),
            new DeleteMessage(all, receipts),
            new DeleteMessageBatch(all, receipts),
            new ChangeMessageVisibility(all, visibility),
            new ChangeMessageVisibilityBatch(all, visibility),
            new PurgeQueue(all),
            new ListDeadLetterSourceQueues(all),
            new StartMessageMoveTask(all, tasks, () -> id(random), authorizer),
            new ListMessageMoveTasks(all, tasks),
            new CancelMessageMoveTask(all, tasks)),
        List.of(),
        Optional.of(new SqsAccess(all)::of),
        new RequiredParameters());
  }

  private static Set<String> names(ServiceModel model, String shape) {
    return ((Shape.StringShape) model.shape(shape)).enumeration();
  }

  /** A random id of version 4 (RFC 9562). */
  private static UUID id(RandomGenerator random) {
    return new UUID(
        (random.nextLong() & VERSION_MASK) | VERSION, (random.nextLong() & VARIANT_MASK) | VARIANT);
  }
}
