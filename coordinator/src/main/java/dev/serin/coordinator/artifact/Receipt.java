package dev.serin.coordinator.artifact;

/// What an upload came to.
public sealed interface Receipt {
  /// It is stored, whole, with its digest.
  record Stored(long sizeBytes) implements Receipt {}

  /// Anybody could have it already, and still can; nothing has changed.
  record AlreadyThere(long sizeBytes) implements Receipt {}

  /// The sender is gone; what came is kept to be resumed.
  ///
  /// @param offset how many bytes are there now
  record Cut(long offset) implements Receipt {}

  /// It was to go on where the store is not.
  ///
  /// @param offset how many bytes are there; 0 where the upload has to begin anew
  record WrongOffset(long offset) implements Receipt {}

  /// All came, and it is something else; nothing of it is kept.
  record WrongDigest(String found) implements Receipt {}

  /// It is larger than the store takes; nothing of it is kept.
  record TooLarge(long largestBytes) implements Receipt {}

  /// The disk has no room for it.
  record Full(String found) implements Receipt {}
}
