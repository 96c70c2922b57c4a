package io.mayfly.model;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One version of a layer, which never changes.
 *
 * @param layer the layer's name: letters, digits, hyphens and underscores
 * @param number from 1
 */
public record LayerVersionId(String layer, long number) implements Comparable<LayerVersionId> {
  private static final Pattern LAYER =
      Pattern.compile("arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):([0-9]{12}):layer:([a-zA-Z0-9-_]+)");
  private static final Pattern VERSION = Pattern.compile("(.+):([0-9]{1,18})");
  private static final Comparator<LayerVersionId> ORDER =
      Comparator.comparing(LayerVersionId::layer).thenComparingLong(LayerVersionId::number);

  /** The version that an ARN means; empty if it is none of this account's. */
  public static Optional<LayerVersionId> parse(String arn, Account account) {
    Matcher matcher = VERSION.matcher(arn);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return layerOf(matcher.group(1), account)
        .map(layer -> new LayerVersionId(layer, Long.parseLong(matcher.group(2))));
  }

  /** The name of the layer that an ARN means; empty if it is none of this account's. */
  public static Optional<String> layerOf(String arn, Account account) {
    Matcher matcher = LAYER.matcher(arn);
    return matcher.matches()
            && matcher.group(1).equals(account.region())
            && matcher.group(2).equals(account.id())
        ? Optional.of(matcher.group(3))
        : Optional.empty();
  }

  /** The ARN of the layer. */
  public String layerArn(Account account) {
    return "arn:aws:lambda:" + account.region() + ":" + account.id() + ":layer:" + layer;
  }

  public String arn(Account account) {
    return layerArn(account) + ":" + number;
  }

  @Override
  public int compareTo(LayerVersionId other) {
    return ORDER.compare(this, other);
  }
}
