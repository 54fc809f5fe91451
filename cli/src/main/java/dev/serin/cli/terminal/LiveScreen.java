package dev.serin.cli.terminal;

import dev.serin.cli.view.Text;
import java.io.IOException;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/// A whole screen that is drawn again and again. It uses the terminal's second screen, so that what
/// was there comes back when it is closed. A frame is one write, and only when it differs from the
/// last one, so nothing flickers; terminals that know mode 2026 show it in one piece.
public final class LiveScreen implements AutoCloseable {
  /// A screen's columns and rows.
  public record Extent(int columns, int rows) {}

  private static final String CSI = "\u001b[";
  private static final String ENTER =
      CSI + "?1049h" + CSI + "?25l" + CSI + "?7l" + CSI + "H" + CSI + "2J";
  private static final String LEAVE = CSI + "?7h" + CSI + "?25h" + CSI + "?1049l";
  private static final String BEGIN_FRAME = CSI + "?2026h" + CSI + "H";
  private static final String END_FRAME = CSI + "J" + CSI + "?2026l";

  private final Terminal terminal;
  private final Attributes before;
  private final boolean colour;
  private @Nullable String shown;
  private boolean closed;

  private LiveScreen(Terminal terminal, boolean colour) {
    this.terminal = terminal;
    this.colour = colour;
    this.before = terminal.getAttributes();
    Attributes keys = new Attributes(before);
    keys.setLocalFlag(Attributes.LocalFlag.ICANON, false);
    keys.setLocalFlag(Attributes.LocalFlag.ECHO, false);
    // Suspended in the second screen, the shell would be in it too.
    keys.setControlChar(Attributes.ControlChar.VSUSP, 0);
    keys.setControlChar(Attributes.ControlChar.VMIN, 0);
    keys.setControlChar(Attributes.ControlChar.VTIME, 1);
    terminal.setAttributes(keys);
    write(ENTER);
  }

  /// Takes the terminal over until [#close].
  ///
  /// @throws IOException where there is none
  public static LiveScreen open(boolean colour) throws IOException {
    Terminal terminal =
        TerminalBuilder.builder().system(true).dumb(false).nativeSignals(false).build();
    return new LiveScreen(terminal, colour);
  }

  /// How much can be drawn now; a terminal that doesn't say has 80 by 24.
  public synchronized Extent extent() {
    Size size = terminal.getSize();
    return size.getColumns() > 0 && size.getRows() > 0
        ? new Extent(size.getColumns(), size.getRows())
        : new Extent(80, 24);
  }

  /// Shows these lines, of which there must be no more than the screen has.
  public synchronized void draw(List<Text> lines) {
    StringBuilder frame = new StringBuilder(BEGIN_FRAME);
    boolean first = true;
    for (Text line : lines) {
      // Erased before it is written: after the last column the cursor still stands on it.
      frame.append(first ? "" : "\r\n").append(CSI).append('K').append(line.render(colour));
      first = false;
    }
    frame.append(END_FRAME);
    String whole = frame.toString();
    if (!closed && !whole.equals(shown)) {
      shown = whole;
      write(whole);
    }
  }

  /// Draws the next frame whatever was shown before: the terminal may have another size now.
  public synchronized void forget() {
    shown = null;
  }

  /// The key pressed since the last look; -1 for none.
  public int key() {
    try {
      NonBlockingReader reader = terminal.reader();
      int key = reader.read(1);
      return key < 0 ? -1 : key;
    } catch (IOException closedByNow) {
      return -1;
    }
  }

  private void write(String text) {
    terminal.writer().write(text);
    terminal.writer().flush();
  }

  /// Gives the terminal back; harmless when repeated, and from another thread.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    write(LEAVE);
    terminal.setAttributes(before);
    try {
      terminal.close();
    } catch (IOException gone) {
      // A terminal that is gone needs nothing given back.
    }
  }
}
