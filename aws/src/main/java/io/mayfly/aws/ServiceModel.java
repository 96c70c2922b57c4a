package io.mayfly.aws;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wire shape of one AWS service, read from its model. Operations are read at once, shapes when
 * they are first asked for: a service has a thousand, a start needs some ten. Safe for use by many
 * threads.
 */
public final class ServiceModel {
  private final ServiceModelReader.Index index;
  private final Optional<ServiceModel> older;
  private final Map<String, Shape> shapes = new ConcurrentHashMap<>();
  private final Map<String, Shape.Structure> errors = new ConcurrentHashMap<>();

  private ServiceModel(ServiceModelReader.Index index, Optional<ServiceModel> older) {
    this.index = index;
    this.older = older;
  }

  /**
   * Reads the model that the platform brings along.
   *
   * @param file for example {@code lambda-2015-03-31.json}
   */
  public static ServiceModel bundled(String file) {
    return parse(bytes(file));
  }

  /**
   * Reads the model that the platform brings along of a service whose older clients speak another
   * protocol.
   *
   * @param older what is different for those, in the form of a model
   */
  public static ServiceModel bundled(String file, String older) {
    byte[] json = bytes(file);
    return new ServiceModel(
        ServiceModelReader.index(json),
        Optional.of(
            new ServiceModel(ServiceModelReader.index(json, bytes(older)), Optional.empty())));
  }

  private static byte[] bytes(String file) {
    try (InputStream stream = ServiceModel.class.getResourceAsStream("models/" + file)) {
      if (stream == null) {
        throw new IllegalArgumentException("there is no service model '" + file + "'");
      }
      return stream.readAllBytes();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot read the service model " + file, failed);
    }
  }

  /** Reads a model in the format of botocore's {@code service-2.json}; keeps the bytes. */
  public static ServiceModel parse(byte[] json) {
    return new ServiceModel(ServiceModelReader.index(json), Optional.empty());
  }

  /** The same service as older clients of it know it, if they speak another protocol. */
  Optional<ServiceModel> older() {
    return older;
  }

  /** What the service is and speaks. */
  public ServiceMetadata metadata() {
    return index.metadata();
  }

  /** Every operation of the service. */
  public Collection<OperationModel> operations() {
    return index.operations().values();
  }

  /** The operation called {@code name}. */
  public Optional<OperationModel> operation(String name) {
    return Optional.ofNullable(index.operations().get(name));
  }

  /** The names of all shapes. */
  public Collection<String> shapeNames() {
    return index.shapes().keySet();
  }

  /** Whether there is a shape called {@code name}. */
  public boolean hasShape(String name) {
    return index.hasShape(name);
  }

  /**
   * The shape called {@code name}, always the same object.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Shape shape(String name) {
    Shape known = shapes.get(name);
    if (known != null) {
      return known;
    }
    Shape read = ServiceModelReader.readShape(this, index, name);
    Shape earlier = shapes.putIfAbsent(name, read);
    return earlier == null ? read : earlier;
  }

  /**
   * The structure called {@code name}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Shape.Structure structure(String name) {
    if (shape(name) instanceof Shape.Structure structure) {
      return structure;
    }
    throw new IllegalArgumentException("shape " + name + " is not a structure");
  }

  /** What {@code operation} takes; a structure without members if it takes nothing. */
  public Shape.Structure input(OperationModel operation) {
    return operation.inputShape().map(this::structure).orElseGet(() -> nothing(operation));
  }

  /** What {@code operation} gives; a structure without members if it gives nothing. */
  public Shape.Structure output(OperationModel operation) {
    return operation.outputShape().map(this::structure).orElseGet(() -> nothing(operation));
  }

  private static Shape.Structure nothing(OperationModel operation) {
    return new Shape.Structure(
        operation.name(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** The exception with the given code on the wire, if the model has it. */
  public Optional<Shape.Structure> error(String code) {
    if (hasShape(code)) {
      return Optional.of(structure(code)).filter(shape -> shape.error().isPresent());
    }
    if (errors.isEmpty()) {
      Map<String, Shape.Structure> found = new HashMap<>();
      for (OperationModel operation : operations()) {
        for (String name : operation.errorShapes()) {
          Shape.Structure shape = structure(name);
          shape.error().ifPresent(trait -> found.put(trait.code(), shape));
        }
      }
      errors.putAll(found);
    }
    return Optional.ofNullable(errors.get(code));
  }
}
