package io.mayfly.sandbox;

import io.mayfly.sandbox.Extension.Event;
import io.mayfly.sandbox.Extension.RefusedException;
import io.mayfly.sandbox.Extension.State;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The extensions of one instance by their names, and who may register. Guarded by the lock of its
 * {@link Extensions}.
 */
final class ExtensionRegister {
  private final Map<String, Extension> byName = new LinkedHashMap<>();
  private final boolean severalCalls;
  private boolean closed;

  /**
   * @param programs the names of the external ones
   * @param severalCalls whether the instance takes several calls at a time, of which extensions are
   *     not told
   */
  ExtensionRegister(List<String> programs, boolean severalCalls) {
    this.severalCalls = severalCalls;
    // If there are more, none is started: what is said of them need not name them all.
    programs.stream()
        .limit(ExtensionsSpec.MOST)
        .forEach(name -> byName.put(name, new Extension(name, true)));
  }

  /** All that there are, in the order in which they came. */
  Collection<Extension> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /** The external one of a name, if that is among those that are started. */
  Optional<Extension> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** See {@link Extensions#register}. */
  Extension register(String name, List<String> events) throws RefusedException {
    Extension known = byName.get(name);
    boolean external = known != null && known.external();
    Set<Event> wanted = EnumSet.noneOf(Event.class);
    for (String event : events) {
      wanted.add(event(event, external));
    }
    if (known != null && !external) {
      throw new RefusedException(
          "Extension.InvalidExtensionState", "Extension with this name already registered");
    }
    Extension extension = known == null ? newcomer(name) : known;
    extension.register(wanted);
    return extension;
  }

  private Event event(String name, boolean external) throws RefusedException {
    if (name.equals("INVOKE") && !severalCalls) {
      return Event.INVOKE;
    }
    if (name.equals("SHUTDOWN") && external) {
      return Event.SHUTDOWN;
    }
    throw new RefusedException(
        "Extension.InvalidEventType",
        name
            + (name.equals("SHUTDOWN")
                ? ": event not supported for internal extensions"
                : ": invalid event type"));
  }

  private Extension newcomer(String name) throws RefusedException {
    if (closed) {
      throw new RefusedException(
          "Extension.RegistrationClosed", "Extension registration closed already");
    }
    if (byName.size() >= ExtensionsSpec.MOST) {
      throw new RefusedException(
          "Extension.TooManyExtensions", "Extension limit (" + ExtensionsSpec.MOST + ") reached");
    }
    Extension made = new Extension(name, false);
    byName.put(name, made);
    return made;
  }

  /** Lets nobody register any more but those that are started. */
  void close() {
    closed = true;
  }

  /** The one that has registered and calls itself by an id. */
  Extension known(UUID id) throws RefusedException {
    return byName.values().stream()
        .filter(each -> each.id().equals(id) && !each.is(State.STARTED))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "Extension.UnknownExtensionIdentifier", "Unknown extension " + id));
  }
}
