package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSource;
import io.mayfly.model.EventSource.Kind;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.store.EventSourceMappingStore;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * The event source mappings of the account: with which sources' records functions are to be called.
 * Reads are lock-free; changes are on the disk before they show. As on Lambda, mappings stay when
 * their function is deleted.
 */
public final class EventSourceMappings {
  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final EventSourceMappingStore store;
  private final InstantSource clock;
  private final Supplier<String> uuids;
  private final ConcurrentNavigableMap<String, EventSourceMapping> mappings =
      new ConcurrentSkipListMap<>();
  private volatile EventDeliveries deliveries = EventDeliveries.none();

  /**
   * @param uuids gives an UUID that it has never given
   */
  public EventSourceMappings(
      FunctionCatalog catalog,
      Aliases aliases,
      EventSourceMappingStore store,
      InstantSource clock,
      Supplier<String> uuids) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.store = store;
    this.clock = clock;
    this.uuids = uuids;
    store.mappings().forEach(this::show);
  }

  /** Has records brought from now on, as all mappings say. */
  public synchronized void deliverWith(EventDeliveries with) {
    deliveries = with;
    mappings.values().forEach(with::changed);
  }

  /** How far a mapping is. */
  public EventDeliveries.Status status(EventSourceMapping mapping) {
    return mappings.containsKey(mapping.uuid())
        ? deliveries.status(mapping)
        : new EventDeliveries.Status("Deleting", Optional.empty());
  }

  /**
   * Creates a mapping.
   *
   * @param function with a version or an alias if one is meant
   * @throws MayflyException if there is no such function, it has a mapping for this source already,
   *     or the source does not take what is asked for
   */
  public synchronized EventSourceMapping create(
      EventSource source,
      FunctionArn function,
      boolean enabled,
      EventSourceChange change,
      Map<String, String> tags) {
    FunctionTags.check(tags);
    EventSourceRules.check(source, clock.instant());
    EventSourceSettings settings =
        applied(source, change, EventSourceRules.defaults(source.kind()));
    String uuid = uuids.get();
    return save(
        new EventSourceMapping(
            uuid,
            grouped(source, uuid),
            function.name(),
            function.qualifier(),
            enabled,
            settings,
            tags,
            clock.instant()));
  }

  /** A Kafka source has a consumer group; if none is named, one of its own. */
  private static EventSource grouped(EventSource source, String uuid) {
    return new EventSource(
        source.kind(),
        source.arn(),
        source.brokers(),
        source.topics(),
        source.queues(),
        source.position(),
        source.timestamp(),
        source.kind() == Kind.KAFKA
            ? source.consumerGroup().or(() -> Optional.of(uuid))
            : Optional.empty());
  }

  /**
   * Replaces what is given; what is empty stays.
   *
   * @throws MayflyException as {@link #create}, or if there is no such mapping
   */
  public synchronized EventSourceMapping update(
      String uuid,
      Optional<FunctionArn> function,
      Optional<Boolean> enabled,
      EventSourceChange change) {
    EventSourceMapping before = requireChangeable(uuid);
    FunctionArn arn = function.orElseGet(() -> before.functionArn(catalog.account()));
    return save(
        new EventSourceMapping(
            before.uuid(),
            before.source(),
            arn.name(),
            arn.qualifier(),
            enabled.orElse(before.enabled()),
            applied(before.source(), change, before.settings()),
            before.tags(),
            clock.instant()));
  }

  private static EventSourceSettings applied(
      EventSource source, EventSourceChange change, EventSourceSettings before) {
    EventSourceRules.checkKnown(source.kind(), change);
    EventSourceSettings after = change.applyTo(before);
    EventSourceRules.check(source, after);
    return after;
  }

  private EventSourceMapping save(EventSourceMapping mapping) {
    requireFunction(mapping);
    mappings.values().stream()
        .filter(other -> !other.uuid().equals(mapping.uuid()) && sameEnds(other, mapping))
        .findFirst()
        .ifPresent(
            other -> {
              throw conflict(other);
            });
    // Who wants to be rid of a mapping must be, whatever has become of its source.
    if (mapping.enabled() || !mappings.containsKey(mapping.uuid())) {
      deliveries.check(mapping);
    }
    store.put(mapping);
    show(mapping);
    deliveries.changed(mapping);
    return mapping;
  }

  private void requireFunction(EventSourceMapping mapping) {
    boolean there =
        catalog.find(mapping.function()).isPresent()
            && mapping
                .qualifier()
                .map(
                    name ->
                        FunctionVersion.isVersion(name)
                            ? catalog
                                .find(new FunctionVersion(mapping.function(), name))
                                .isPresent()
                            : aliases.find(mapping.function(), name).isPresent())
                .orElse(true);
    if (!there) {
      throw EventSourceRules.invalid("Function does not exist");
    }
    if (catalog.require(mapping.function()).perTenant()) {
      throw EventSourceRules.invalid(
          "Event source mappings are not supported for functions with tenancy configuration.");
    }
  }

  private static boolean sameEnds(EventSourceMapping one, EventSourceMapping other) {
    return one.function().equals(other.function())
        && one.qualifier().equals(other.qualifier())
        && one.source().sameAs(other.source());
  }

  private MayflyException conflict(EventSourceMapping existing) {
    EventSource source = existing.source();
    String what =
        source
            .arn()
            .map(
                arn ->
                    "%s arn (\" %s \") and function (\" %s \")"
                        .formatted(source.kind().words(), arn, existing.function()))
            .orElseGet(
                () ->
                    "event source (\"%s\"), function (\"%s\"), topics (\"%s\")"
                        .formatted(
                            String.join(",", source.brokers()),
                            existing.functionArn(catalog.account()),
                            String.join(",", source.topics())));
    return new MayflyException(
        ErrorCode.CONFLICT,
        "An event source mapping with %s already exists. Please update or delete the existing mapping with UUID %s"
            .formatted(what, existing.uuid()));
  }

  /**
   * A mapping, even one that is being deleted.
   *
   * @throws MayflyException if there is none with this UUID
   */
  public EventSourceMapping require(String uuid) {
    EventSourceMapping mapping = mappings.get(uuid);
    return mapping != null
        ? mapping
        : deliveries
            .leaving(uuid)
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.NOT_FOUND, "The resource you requested does not exist."));
  }

  private EventSourceMapping requireChangeable(String uuid) {
    EventSourceMapping mapping = require(uuid);
    if (!mappings.containsKey(uuid)) {
      throw new MayflyException(
          ErrorCode.RESOURCE_IN_USE,
          "Cannot update the event source mapping because it is in use.");
    }
    return mapping;
  }

  /**
   * A mapping.
   *
   * @throws MayflyException if there is none with this ARN
   */
  public EventSourceMapping requireArn(String arn) {
    String prefix = EventSourceMapping.arn(catalog.account(), "");
    return require(arn.startsWith(prefix) ? arn.substring(prefix.length()) : "");
  }

  /** All of them, by UUID. */
  public List<EventSourceMapping> list() {
    return List.copyOf(mappings.values());
  }

  /**
   * Deletes a mapping.
   *
   * @return what it was
   * @throws MayflyException if there is none with this UUID
   */
  public synchronized EventSourceMapping delete(String uuid) {
    EventSourceMapping mapping = requireChangeable(uuid);
    store.remove(uuid);
    mappings.remove(uuid);
    deliveries.removed(mapping);
    return mapping;
  }

  /** Adds tags, instead of those of the same keys. */
  public synchronized void tag(String uuid, Map<String, String> tags) {
    EventSourceMapping mapping = requireChangeable(uuid);
    Map<String, String> all = new HashMap<>(mapping.tags());
    all.putAll(tags);
    FunctionTags.check(all);
    retag(mapping, all);
  }

  /** Takes tags away that are there. */
  public synchronized void untag(String uuid, List<String> keys) {
    EventSourceMapping mapping = requireChangeable(uuid);
    Map<String, String> left = new HashMap<>(mapping.tags());
    left.keySet().removeAll(keys);
    retag(mapping, left);
  }

  private void retag(EventSourceMapping mapping, Map<String, String> tags) {
    EventSourceMapping tagged = mapping.withTags(tags);
    store.put(tagged);
    show(tagged);
  }

  private void show(EventSourceMapping mapping) {
    mappings.put(mapping.uuid(), mapping);
  }
}
