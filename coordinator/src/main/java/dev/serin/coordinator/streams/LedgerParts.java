package dev.serin.coordinator.streams;

import dev.serin.contracts.json.Json;
import dev.serin.contracts.request.Request.ReleaseRequested;
import dev.serin.contracts.service.ServiceDefinition;
import dev.serin.coordinator.plan.Step;
import dev.serin.coordinator.saga.Ledger;
import dev.serin.coordinator.saga.NodeRecord;
import java.util.IdentityHashMap;
import java.util.Objects;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.io.SerializedString;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;

/// What the large parts of a service's record were written as. A decision changes a step or a node
/// of many, and hardly ever the definition: what is still the very same object, which can't change,
/// is the same text. The record as a whole is written byte for byte as without this.
final class LedgerParts {
  private static final String KEY = LedgerParts.class.getName();

  private static final ObjectWriter WRITER =
      Json.mapper()
          .rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(ServiceDefinition.class, new Part<>())
                  .addSerializer(ReleaseRequested.class, new Part<>())
                  .addSerializer(Step.class, new Part<>())
                  .addSerializer(NodeRecord.class, new Part<>()))
          .build()
          .writerFor(Ledger.class);

  private final IdentityHashMap<Object, SerializedString> before;
  private final IdentityHashMap<Object, SerializedString> now = new IdentityHashMap<>();

  LedgerParts() {
    this(new IdentityHashMap<>());
  }

  private LedgerParts(IdentityHashMap<Object, SerializedString> before) {
    this.before = before;
  }

  /// Those of the record that is written next: it has only what this one has had.
  LedgerParts next() {
    return new LedgerParts(now);
  }

  byte[] write(Ledger ledger) {
    return WRITER.withAttribute(KEY, this).writeValueAsBytes(ledger);
  }

  private SerializedString text(Object part) {
    SerializedString text = now.get(part);
    if (text == null) {
      text = before.get(part);
      if (text == null) {
        text = new SerializedString(Json.mapper().writeValueAsString(part));
      }
      now.put(part, text);
    }
    return text;
  }

  /// Writes what is known already.
  private static final class Part<T> extends ValueSerializer<T> {
    @Override
    public void serialize(T value, JsonGenerator json, SerializationContext context) {
      LedgerParts parts = (LedgerParts) Objects.requireNonNull(context.getAttribute(KEY));
      json.writeRawValue(parts.text(value));
    }

    /// The type is in the text already.
    @Override
    public void serializeWithType(
        T value, JsonGenerator json, SerializationContext context, TypeSerializer type) {
      serialize(value, json, context);
    }
  }
}
