package io.mayfly.lambda;

import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionTags;
import io.mayfly.model.FunctionName;
import java.util.List;
import java.util.Map;

/**
 * Finds what an ARN means that is to have tags: a function, a code signing configuration or an
 * event source mapping.
 */
final class TaggedResources {
  /** The tags of one thing. */
  interface Tags {
    Map<String, String> list();

    /** Adds tags, instead of those of the same keys. */
    void add(Map<String, String> tags);

    /** Takes tags away that are there. */
    void remove(List<String> keys);
  }

  private final FunctionTags functions;
  private final CodeSigningConfigs signing;
  private final EventSourceMappings mappings;
  private final FunctionReferences references;

  TaggedResources(
      FunctionTags functions,
      CodeSigningConfigs signing,
      EventSourceMappings mappings,
      FunctionReferences references) {
    this.functions = functions;
    this.signing = signing;
    this.mappings = mappings;
    this.references = references;
  }

  /**
   * The tags of what an ARN means.
   *
   * @throws io.mayfly.model.MayflyException if it means nothing that can be there
   */
  Tags of(String arn) {
    if (arn.contains(":code-signing-config:")) {
      return new OfSigning(signing, arn);
    }
    return arn.contains(":event-source-mapping:")
        ? new OfMapping(mappings, mappings.requireArn(arn).uuid())
        : new OfFunction(functions, references.taggable(arn));
  }

  private record OfFunction(FunctionTags tags, FunctionName function) implements Tags {
    @Override
    public Map<String, String> list() {
      return tags.list(function);
    }

    @Override
    public void add(Map<String, String> added) {
      tags.tag(function, added);
    }

    @Override
    public void remove(List<String> keys) {
      tags.untag(function, keys);
    }
  }

  private record OfMapping(EventSourceMappings mappings, String uuid) implements Tags {
    @Override
    public Map<String, String> list() {
      return mappings.require(uuid).tags();
    }

    @Override
    public void add(Map<String, String> added) {
      mappings.tag(uuid, added);
    }

    @Override
    public void remove(List<String> keys) {
      mappings.untag(uuid, keys);
    }
  }

  private record OfSigning(CodeSigningConfigs signing, String arn) implements Tags {
    @Override
    public Map<String, String> list() {
      return signing.require(arn).tags();
    }

    @Override
    public void add(Map<String, String> added) {
      signing.tag(arn, added);
    }

    @Override
    public void remove(List<String> keys) {
      signing.untag(arn, keys);
    }
  }
}
