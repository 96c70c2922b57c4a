package io.mayfly.sns;

import io.mayfly.model.Account;
import io.mayfly.queue.Queues;
import io.mayfly.store.TopicStore;
import io.mayfly.triggers.Targets;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What an account's topics need of the rest of it.
 *
 * @param targets where functions and queues are told
 * @param signer one for all accounts
 * @param policyCheck throws an {@link io.mayfly.aws.AwsException} if a text is no policy of a
 *     resource
 * @param authority host and port that the platform can be reached at from this machine
 * @param privateNetwork whether HTTP endpoints may be in private networks and on this machine
 * @param secrets for tokens, which must not be guessed
 * @param random for ids, which must not meet and may be guessed
 * @param nanoTime a clock that only goes on, in nanoseconds
 * @param tasks runs what may block, and never refuses
 */
public record TopicParts(
    Account account,
    TopicStore store,
    Queues queues,
    Targets targets,
    MessageSigner signer,
    Consumer<String> policyCheck,
    TopicListener listener,
    Supplier<String> authority,
    boolean privateNetwork,
    RandomGenerator secrets,
    RandomGenerator random,
    InstantSource clock,
    LongSupplier nanoTime,
    Executor tasks) {}
