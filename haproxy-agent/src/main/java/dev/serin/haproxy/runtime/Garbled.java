package dev.serin.haproxy.runtime;

/// A part of an answer that can't be read, so that nothing in the whole of it is believed. It
/// carries no stack, being an expected outcome and no bug.
final class Garbled extends Exception {
  private static final long serialVersionUID = 1L;

  Garbled(String what) {
    super(what, null, false, false);
  }
}
