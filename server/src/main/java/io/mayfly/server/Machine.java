package io.mayfly.server;

import io.mayfly.aws.SigV4Verifier;
import io.mayfly.dispatch.MemoryGuard;
import io.mayfly.dispatch.SparePools;
import io.mayfly.dispatch.StartGate;
import io.mayfly.identity.AccessKeys;
import io.mayfly.mqtt.MqttPort;
import io.mayfly.runtimes.RuntimeCatalog;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sns.MessageSigner;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What there is one of, whichever the account.
 *
 * @param sandbox may still be in the making
 * @param training who has it may train a function: one at a time is measured
 * @param platformKey what temporary keys are sealed with, and others derived from
 * @param signer signs what topics tell their subscribers
 * @param authority host and port that the platform can be reached at, once it serves
 * @param mqtt where MQTT is listened to, once it is, if it is
 */
record Machine(
    ServerOptions options,
    RuntimeCatalog runtimes,
    Supplier<Sandbox> sandbox,
    SparePools spares,
    StartGate starts,
    MemoryGuard memory,
    Processors processors,
    Semaphore training,
    AccessKeys keys,
    byte[] platformKey,
    MessageSigner signer,
    SigV4Verifier verifier,
    Supplier<String> authority,
    Supplier<Optional<MqttPort>> mqtt,
    SecureRandom random,
    InstantSource clock) {
  /** Keeps the key out of logs. */
  @Override
  public String toString() {
    return "Machine[" + options.data() + "]";
  }
}
