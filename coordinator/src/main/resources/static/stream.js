// The stream of events, for as long as the page is open. Read with fetch rather than EventSource,
// which shows neither heartbeats nor why a connection was refused: a silent connection is a lost
// one, and at 3 a.m. an old picture must not pass for a new one.

/** The server says something every 10 s. */
const SILENCE_MILLIS = 25_000;
const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 10_000;

/**
 * @param onOpen called with `true` when the stream goes on where it was, `false` when it begins
 * @param onEvent called with each event's value
 * @param onLost called with a reason when there is no connection
 */
export async function follow({ onOpen, onEvent, onLost }) {
  let lastId = "";
  let pause = FIRST_PAUSE_MILLIS;
  for (;;) {
    try {
      await once(lastId, {
        opened: () => {
          onOpen(lastId !== "");
          pause = FIRST_PAUSE_MILLIS;
        },
        id: (id) => (lastId = id),
        event: onEvent,
      });
      onLost("the coordinator ended the connection");
    } catch (failure) {
      if (failure.status === 400) {
        lastId = "";
      }
      onLost(failure.message);
    }
    await sleep(pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
  }
}

const sleep = (milliseconds) =>
  new Promise((done) => {
    const over = () => {
      window.removeEventListener("online", over);
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(over, milliseconds);
    window.addEventListener("online", over);
  });

async function once(lastId, { opened, id, event }) {
  const stop = new AbortController();
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(new Error("the coordinator is silent")), SILENCE_MILLIS);
  };
  alive();
  try {
    const answer = await fetch("api/v1/events", {
      headers: lastId ? { "Last-Event-ID": lastId } : {},
      cache: "no-store",
      signal: stop.signal,
    });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw Object.assign(new Error(problem.detail ?? `status ${answer.status}`), {
        status: answer.status,
      });
    }
    opened();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const feed = blocks(id, event);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      alive();
      feed(value);
    }
  } catch (failure) {
    throw stop.signal.aborted ? stop.signal.reason : failure;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** Takes the stream's text in any pieces, and tells ids and events as they are whole. */
function blocks(tellId, tellEvent) {
  let rest = "";
  let data = [];
  let id;
  return (text) => {
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) {
          tellEvent(JSON.parse(data.join("\n")));
        }
        if (id !== undefined) {
          tellId(id);
        }
        data = [];
        id = undefined;
      } else if (line.startsWith("id: ")) {
        id = line.slice(4);
      } else if (line.startsWith("data: ")) {
        data.push(line.slice(6));
      }
    }
  };
}
