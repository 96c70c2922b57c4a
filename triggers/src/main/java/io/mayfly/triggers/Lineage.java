package io.mayfly.triggers;

import io.mayfly.model.FunctionArn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/**
 * How often the functions of a chain have run, as Lambda writes it into the trace header to find
 * recursive loops: {@code Lineage=1:HASH:COUNT}, one for each function, with a bar between them.
 * The first count is 0. SDKs inside functions send the header on with what they call.
 *
 * <p>A header comes from whoever calls: what cannot be understood counts as no lineage.
 */
public final class Lineage {
  /** How often a function runs in one chain ("Lambda recursive loop detection"). */
  public static final int MOST_RUNS = 16;

  /** A header is to stay below 256 characters; the functions that ran longest ago fall away. */
  private static final int MOST_FUNCTIONS = 6;

  private static final String NAME = "Lineage=";
  private static final String VERSION = "1:";

  private Lineage() {}

  private record Entry(String hash, int count) {
    @Override
    public String toString() {
      return hash + ":" + count;
    }
  }

  /** How often a function has run already in the chain that a header is of. */
  public static int runs(String header, FunctionArn function) {
    String hash = hash(function);
    return entries(header).stream()
        .filter(entry -> entry.hash().equals(hash))
        .mapToInt(entry -> entry.count() + 1)
        .findFirst()
        .orElse(0);
  }

  /** The header that a function is to see when it runs in this chain now. */
  public static String next(String header, FunctionArn function) {
    String hash = hash(function);
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(hash, runs(header, function)));
    entries(header).stream()
        .filter(entry -> !entry.hash().equals(hash))
        .limit(MOST_FUNCTIONS - 1L)
        .forEach(entries::add);
    StringBuilder next = new StringBuilder();
    for (String part : header.split(";", -1)) {
      if (!part.isBlank() && !part.strip().startsWith(NAME)) {
        next.append(part.strip()).append(';');
      }
    }
    next.append(NAME).append(VERSION);
    for (int i = 0; i < entries.size(); i++) {
      next.append(i == 0 ? "" : "|").append(entries.get(i));
    }
    return next.toString();
  }

  private static List<Entry> entries(String header) {
    List<Entry> entries = new ArrayList<>();
    for (String part : header.split(";", -1)) {
      if (part.strip().startsWith(NAME)) {
        for (String entry : part.strip().substring(NAME.length()).split("\\|", -1)) {
          String[] fields = entry.split(":", -1);
          int last = fields.length - 1;
          if (last >= 1
              && fields[last].matches("[0-9]{1,5}")
              && fields[last - 1].matches("[0-9a-f]{8}")) {
            entries.add(new Entry(fields[last - 1], Integer.parseInt(fields[last])));
          }
        }
      }
    }
    return entries;
  }

  private static String hash(FunctionArn function) {
    CRC32 sum = new CRC32();
    sum.update(
        FunctionArn.of(function.account(), function.name())
            .toString()
            .getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
