package dev.serin.contracts.golden;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Artifact;
import dev.serin.contracts.request.ReleaseFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// One sample of any message: every component filled, always the same.
final class Samples {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private Samples() {}

  /// All records of a sealed family.
  static List<Class<?>> recordsOf(Class<?> family) {
    if (family.isRecord()) {
      return List.of(family);
    }
    List<Class<?>> records = new ArrayList<>();
    for (Class<?> permitted : family.getPermittedSubclasses()) {
      records.addAll(recordsOf(permitted));
    }
    return records;
  }

  static Object of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values =
        Arrays.stream(components)
            .map(component -> value(component.getName(), component.getGenericType()))
            .toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException refused) {
      throw new IllegalStateException(type + " refuses its sample", refused.getCause());
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(type + " has no canonical constructor", impossible);
    }
  }

  private static Object value(String name, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? List.of(value(name, of[0]))
          : Map.of(of[0] == Integer.class ? Integer.valueOf(1) : "key", value(name, of[1]));
    }
    Class<?> raw = (Class<?>) type;
    if (raw == String.class) {
      return text(name);
    } else if (raw == Duration.class) {
      return Duration.ofSeconds(90);
    } else if (raw == Instant.class) {
      return Instant.parse("2026-01-02T03:04:05.678Z");
    } else if (raw == int.class || raw == Integer.class) {
      return 7;
    } else if (raw == long.class || raw == Long.class) {
      return 42L;
    } else if (raw == double.class || raw == Double.class) {
      return 0.5;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return true;
    } else if (raw == JsonNode.class) {
      return Json.mapper().readTree("{\"analysis\":{\"window\":\"PT30S\"}}");
    } else if (raw == ReleaseFile.class) {
      // As a request may have it: which nodes is for a way back alone.
      return new ReleaseFile(
          "/etc/backend-api/env", (Artifact) of(Artifact.class), "root", "backend", "0640");
    } else if (raw.isEnum()) {
      return raw.getEnumConstants()[0];
    }
    return of(raw);
  }

  private static String text(String name) {
    return switch (name) {
      case "sha256", "known" -> DIGEST;
      case "service" -> "backend-api";
      case "uri" -> "file:/srv/artifacts/backend-api";
      case "strategy" -> "canary-then-peers";
      default -> name;
    };
  }
}
