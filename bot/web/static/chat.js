// The member's chat: shows the lines that the server has, and brings there what the person writes, each thing once.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const main = $("main");
  const log = $("log");
  const lines = $("lines");
  const pending = $("pending");
  const form = $("form");
  const box = $("text");
  const LARGEST = Number(main.dataset.largest);
  const PHOTOS = Number(main.dataset.photos);
  const SIDE = 2000; // pixels; a photo needs no more to be read
  const FINE = 400000; // bytes; smaller pictures are sent as they are
  const SILENCE = 40000; // ms; the server says something every 15 s
  const OPENING = 12000; // ms in which a stream should have begun
  const LONGEST_PAUSE = 15; // s

  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const button = (label, pressed, name) => {
    const made = make("button", name, label);
    made.type = "button";
    made.addEventListener("click", pressed);
    return made;
  };
  // Keys that nobody has twice, in the order in which they were made.
  let newest = 0;
  function newKey() {
    newest = Math.max(Date.now(), newest + 1);
    const random = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0"));
    return newest.toString(36).padStart(9, "0") + random.join("");
  }
  const pause = (tries) => Math.min(LONGEST_PAUSE, 2 ** tries) * (500 + 500 * Math.random());

  // --- what this browser keeps, for all of its tabs: the draft, and each message that waits under a name of its own ---

  const held = new Map(); // what the browser would not keep: this page does
  let store = null;
  try {
    store = localStorage;
  } catch {
    // Forbidden by the person's settings.
  }
  function read(name) {
    const text = held.get(name) || (store && store.getItem(`chat.${name}`));
    try {
      return JSON.parse(text || "null");
    } catch {
      return null;
    }
  }
  function keep(name, value) {
    const text = JSON.stringify(value);
    held.delete(name);
    try {
      store.setItem(`chat.${name}`, text);
    } catch {
      held.set(name, text);
    }
  }
  function forget(name) {
    held.delete(name);
    if (store) store.removeItem(`chat.${name}`);
  }
  function names(beginning) {
    const kept = store ? Object.keys(store).filter((name) => name.startsWith("chat.")) : [];
    const all = new Set([...held.keys(), ...kept.map((name) => name.slice(5))]);
    return [...all].filter((name) => name.startsWith(beginning)).sort();
  }

  // Photos wait in IndexedDB, being too large for localStorage; where there is none, in this page only.
  const inHand = new Map();
  let opened = null;
  function shelf(mode, act) {
    opened =
      opened ||
      new Promise((done, fail) => {
        const asked = indexedDB.open("chat", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("photos");
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      });
    return opened
      .then(
        (base) =>
          new Promise((done, fail) => {
            const asked = act(base.transaction("photos", mode).objectStore("photos"));
            asked.onsuccess = () => done(asked.result);
            asked.onerror = () => fail(asked.error);
          }),
      )
      .catch(() => undefined);
  }
  const photos = {
    put(name, blob) {
      inHand.set(name, blob);
      shelf("readwrite", (store) => store.put(blob, name));
    },
    get: async (name) => inHand.get(name) || shelf("readonly", (store) => store.get(name)),
    drop(names) {
      for (const name of names) {
        inHand.delete(name);
        shelf("readwrite", (store) => store.delete(name));
      }
    },
    clear() {
      inHand.clear();
      return shelf("readwrite", (store) => store.clear());
    },
  };

  // --- talking to the server ---

  class Later {
    constructor(seconds, why) {
      this.seconds = seconds; // 0 if it is up to us
      this.why = why; // "line" if there is no connection; or "pace", "server", "cookie"
    }
  }
  class Refused {
    constructor(said) {
      this.said = said;
    }
  }

  let heardOnce = false;
  let left = false; // true once this page is about to be replaced
  async function ask(path, options, limit = 20000) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limit);
    let answer;
    let body;
    try {
      answer = await fetch(path, { ...options, headers: { Accept: "application/json" }, signal: stop.signal });
      body = await answer.json().catch((error) => {
        if (stop.signal.aborted || answer.ok) throw error;
        return {};
      });
    } catch {
      throw new Later(0, "line");
    } finally {
      clearTimeout(timer);
    }
    if (answer.ok) {
      heardOnce = true;
      return body;
    }
    if (answer.status === 401) {
      renew();
      throw new Later(LONGEST_PAUSE, "cookie");
    }
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
      throw new Later(Number(answer.headers.get("Retry-After")) || 0, answer.status === 429 ? "pace" : "server");
    }
    throw new Refused(body.loi || "Máy chủ không nhận tin này.");
  }
  const post = (path, body, limit) =>
    ask(path, { method: "POST", body: body instanceof FormData ? body : JSON.stringify(body) }, limit);

  // Our cookie is gone: a fresh page brings another, and what waits here is sent from there.
  function renew() {
    if (heardOnce && !left) {
      left = true;
      location.reload();
    } else if (!left) {
      tell("Trình duyệt đang chặn cookie nên chưa trò chuyện được. Anh/chị bật cookie rồi tải lại trang.");
    }
  }

  // --- the line above the box ---

  const said = { line: "", notice: "" };
  function tell(notice) {
    said.notice = notice;
    show();
  }
  function show() {
    const words = said.line || said.notice;
    if ($("state").textContent === words) return;
    const stays = isAtEnd();
    $("state").textContent = words;
    if (stays) toEnd();
  }

  let linked = true;
  let lostTimer = 0;
  function link(isThere) {
    if (isThere !== linked) {
      linked = isThere;
      clearTimeout(lostTimer);
      said.line = "";
      if (!isThere) {
        lostTimer = setTimeout(() => {
          said.line = "Mất kết nối. Tin anh/chị gõ vẫn được giữ và tự gửi khi có mạng.";
          show();
          drawPending();
        }, 3000);
      }
      show();
      drawPending();
    }
  }

  // --- what goes out: one after the other, kept until the server has it ---

  const queue = () => names("out.").map(read).filter(Boolean);
  const arrived = new Map(); // taken by the server, not yet seen among the lines
  function change(key, edit) {
    const item = read(`out.${key}`);
    const changed = item && edit(item);
    if (changed) keep(`out.${key}`, changed);
    else forget(`out.${key}`);
    drawPending();
  }
  function enqueue(item) {
    const key = newKey();
    keep(`out.${key}`, { key, at: new Date().toISOString(), photos: [], ...item });
    tell("");
    drawPending();
    toEnd();
    flush();
  }

  let flushing = false;
  let flushTimer = 0;
  let failures = 0;
  async function flush() {
    clearTimeout(flushTimer);
    if (flushing || left || !started) return;
    flushing = true;
    try {
      for (let item; (item = queue().find((each) => !each.refused)); ) {
        try {
          await deliver(item);
          failures = 0;
          if (Object.values(WAITS).includes(said.notice)) tell("");
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          change(item.key, (same) => ({ ...same, refused: error.said }));
          tell("Có tin chưa gửi được. Lý do ghi dưới tin đó.");
        }
      }
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      flushTimer = setTimeout(flush, error.seconds ? error.seconds * 1000 : pause(failures));
      failures += 1;
      if (WAITS[error.why]) tell(WAITS[error.why]);
      if (error.why === "line") lose();
    } finally {
      flushing = false;
    }
  }
  const WAITS = {
    pace: "Anh/chị gửi nhanh quá. Tin còn lại tự gửi sau ít giây.",
    server: "Máy chủ đang bận. Tin vẫn được giữ và tự gửi lại.",
  };

  async function deliver(item) {
    for (const photo of item.photos) {
      if (photo.id) continue;
      const blob = await photos.get(photo.name);
      if (!blob) throw new Refused("Ảnh gửi kèm không còn trên máy này. Anh/chị chọn lại ảnh rồi gửi lại.");
      const upload = new FormData();
      upload.append("anh", blob, "anh");
      photo.id = (await post("/anh", upload, 180000)).id;
      change(item.key, (same) => ({ ...same, photos: item.photos }));
    }
    if (!read(`out.${item.key}`)) return; // taken back, or sent by another tab
    const before = erasures;
    if (item.choice) {
      await post("/bam", { key: item.key, choice: item.choice, source: item.source });
    } else {
      await post("/tin", { key: item.key, text: item.text, attachments: item.photos.map((photo) => photo.id) });
    }
    if (!drawn.has(item.key) && before === erasures) arrived.set(item.key, item);
    change(item.key, () => null);
    photos.drop(item.photos.map((photo) => photo.name));
    // It comes back as a line by the stream; where that is slow to notice its death, this makes it look.
    if (!linked) retry();
  }

  function press(choice, source, label) {
    const isSame = (item) => item.choice === choice && item.source === source && !item.refused;
    if (![...queue(), ...arrived.values()].some(isSame)) enqueue({ choice, source, label });
  }

  function again(item) {
    // A photo that the server does not have any more is brought there again.
    const fresh = item.photos.map((photo) => ({ name: photo.name }));
    change(item.key, (same) => ({ ...same, refused: "", photos: fresh }));
    flush();
  }
  async function edit(item) {
    const blobs = await Promise.all(item.photos.map((photo) => photos.get(photo.name)));
    change(item.key, () => null);
    photos.drop(item.photos.map((photo) => photo.name));
    for (const blob of blobs) if (blob && chosen.length < PHOTOS) choose(blob);
    box.value = [item.text, box.value].filter(Boolean).join("\n");
    keep("draft", box.value);
    typed();
    box.focus();
  }
  function drop(item) {
    change(item.key, () => null);
    photos.drop(item.photos.map((photo) => photo.name));
    box.focus();
  }

  function drawPending() {
    const waiting = [...arrived.values(), ...queue()];
    const unchanged = JSON.stringify([waiting, linked, said.line]);
    if (pending.dataset.shows === unchanged) return;
    pending.dataset.shows = unchanged;
    const stays = isAtEnd();
    pending.textContent = "";
    for (const item of waiting) {
      const state = item.refused ? "refused" : arrived.has(item.key) ? "" : "pending";
      const line = make("div", `line mine ${state}`);
      line.append(make("p", "unseen", "Anh/chị:"), bubble(item.label || item.text, item.photos));
      const about = make("p", "about", item.refused || (state ? (linked ? "Đang gửi…" : "Đang chờ mạng…") : hour(item.at)));
      line.append(about);
      if (item.refused) {
        const ways = make("div", "choices");
        if (!item.choice) ways.append(button("Sửa lại", () => edit(item)), button("Gửi lại", () => again(item)));
        ways.append(button("Bỏ tin này", () => drop(item), "quiet"));
        line.append(ways);
      }
      pending.append(line);
    }
    if (stays) toEnd();
  }

  // --- the lines ---

  const drawn = new Map(); // ids and own keys → elements
  const presses = new Set();
  let last = 0;
  let first = 0;
  let erasures = 0;

  const two = (number) => String(number).padStart(2, "0");
  function hour(written) {
    const at = new Date(written);
    const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
    const isToday = at.toDateString() === new Date().toDateString();
    return isToday ? time : `${time} ngày ${two(at.getDate())}/${two(at.getMonth() + 1)}`;
  }

  // What the person wrote, as text and nothing else.
  function bubble(text, pictures) {
    const made = make("div", "bubble");
    if (text) {
      const words = make("div", "", text);
      words.dir = "auto";
      made.append(words);
    }
    if (pictures.length) made.append(album(pictures, "anh/chị gửi"));
    return made;
  }

  // Pictures are ids of the server, or names of those that still wait here.
  function album(pictures, whose) {
    const made = make("div", "photos");
    pictures.forEach((picture, index) => {
      const id = typeof picture === "number" ? picture : picture.id;
      const image = make("img");
      image.alt = `Ảnh ${index + 1} ${whose}`;
      image.addEventListener("load", () => atEnd && toEnd());
      if (id) {
        const link = make("a");
        link.href = image.src = `/anh/${id}`;
        link.target = "_blank";
        link.rel = "noopener";
        link.append(image);
        made.append(link);
      } else {
        made.append(image);
        photos.get(picture.name).then((blob) => blob && look(image, blob));
      }
    });
    return made;
  }
  function look(image, blob) {
    const address = URL.createObjectURL(blob);
    for (const name of ["load", "error"]) image.addEventListener(name, () => URL.revokeObjectURL(address), { once: true });
    image.src = address;
  }

  function draw(line) {
    const made = make("div", line.mine ? "line mine" : line.speaker ? "line mentor" : "line");
    const at = make("time", "", hour(line.at));
    at.dateTime = line.at;
    const about = make("p", "about");
    about.append(at);
    if (line.edited) about.append(" · đã sửa");
    if (line.mine) {
      made.setAttribute("aria-live", "off"); // who wrote it knows it
      const words = "choice" in line ? line.label || "(bấm một nút)" : line.text;
      made.append(make("p", "unseen", "Anh/chị:"), bubble(words, line.attachments || []), about);
      return made;
    }
    const words = make("div", "bubble");
    words.innerHTML = line.html; // made by the server, of the few marks that its Markdown has
    if (line.attachments.length) words.append(album(line.attachments, "trong tin này"));
    made.append(make("p", line.speaker ? "who" : "unseen", line.speaker || "Trợ lý:"), words, about);
    if (line.choices.length) {
      const list = make("ul", "choices");
      list.setAttribute("aria-label", "Chọn một");
      for (const choice of line.choices) {
        const item = make("li");
        const way = button("", () => press(choice.value, String(line.id), choice.label));
        way.append(make("span", "number", String(choice.number)), make("span", "", choice.label));
        way.dataset.choice = choice.value;
        item.append(way);
        list.append(item);
        if (presses.has(`${line.id} ${choice.value}`)) mark(way);
      }
      made.append(list);
    }
    return made;
  }
  function mark(way) {
    if (way.classList.contains("pressed")) return;
    way.classList.add("pressed");
    way.append(make("span", "unseen", " (đã bấm)"));
  }

  function reached(id) {
    last = Math.max(last, id);
    first = Math.min(first || id, id);
  }

  // Puts what a line says now in its place; returns the element, or nothing if the line is not shown here.
  function replace(line) {
    const before = drawn.get(line.replaces);
    if (!before || !before.isConnected) return undefined;
    const at = before.querySelector("time").dateTime;
    const element = draw({ ...line, id: line.replaces, at });
    before.replaceWith(element);
    drawn.set(line.replaces, element);
    return element;
  }

  // Adds what is not there yet, after the lines that are or before them; returns the elements.
  function add(found, isEarlier) {
    const news = found.filter((line) => !drawn.has(line.id));
    const elements = document.createDocumentFragment();
    const changed = [];
    for (const line of news) {
      if (line.replaces) {
        const element = replace(line);
        if (element) changed.push(element);
        drawn.set(line.id, element);
        reached(line.id);
        continue;
      }
      if (line.mine && line.choice) {
        presses.add(`${line.source} ${line.choice}`);
        const source = drawn.get(Number(line.source));
        const ways = source ? [...source.querySelectorAll("[data-choice]")] : [];
        ways.filter((way) => way.dataset.choice === line.choice).forEach(mark);
      }
      const element = draw(line);
      drawn.set(line.id, element);
      if (line.mine) {
        drawn.set(line.key, element);
        arrived.delete(line.key);
        forget(`out.${line.key}`);
      }
      elements.append(element);
      reached(line.id);
    }
    const added = [...changed, ...elements.children];
    if (isEarlier) lines.prepend(elements);
    else lines.append(elements);
    drawPending();
    return added;
  }

  function news(line) {
    const stays = isAtEnd();
    const [element] = add([line]);
    if (!element) return;
    if (document.hidden && !line.mine) document.title = `● Tin mới – ${title}`;
    if (line.replaces) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom < head() || top > innerHeight) offer(element);
    } else if (stays) follow(element);
    else if (!line.mine) offer(element);
  }

  // Screen readers read what comes, not what was there before.
  function quietly(work) {
    log.setAttribute("aria-live", "off");
    const done = work();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
    return done;
  }
  function empty() {
    lines.textContent = "";
    drawn.clear();
    presses.clear();
    arrived.clear();
    last = first = 0;
    erasures += 1;
    seen();
    $("earlier").hidden = true;
    drawPending();
  }

  async function catchUp() {
    const there = await ask("/lich-su");
    if (last && !there.lines.some((line) => line.id === last)) empty();
    if (!last && there.lines.length) {
      quietly(() => add(there.lines));
      $("earlier").hidden = !there.earlier;
      toEnd();
    } else {
      for (const line of there.lines) if (line.id > last) news(line);
    }
    return there.lines.length;
  }

  $("earlier").addEventListener("click", async () => {
    try {
      const there = await ask(`/lich-su?truoc=${first}`);
      const height = document.documentElement.scrollHeight;
      const added = quietly(() => add(there.lines, true));
      $("earlier").hidden = !there.earlier;
      scrollBy(0, document.documentElement.scrollHeight - height);
      const nearest = added[added.length - 1];
      if (nearest) {
        nearest.tabIndex = -1;
        nearest.focus({ preventScroll: true });
      }
    } catch (error) {
      tell(error instanceof Refused ? error.said : "Chưa tải được tin cũ vì mất mạng. Anh/chị bấm lại khi có mạng.");
    }
  });

  // --- where the reader is ---

  let atEnd = true; // as of the last scrolling, for what changes the room without being asked
  let unseen = null; // the first line that came while the reader was further up
  const isAtEnd = () => scrollY + innerHeight >= document.documentElement.scrollHeight - 60;
  const toEnd = () => scrollTo(0, document.documentElement.scrollHeight);
  const head = () => document.querySelector(".top").offsetHeight + 8; // px that the page's head covers
  // To the end, but not past the beginning of what is new: an answer is read from its head.
  function follow(element) {
    const room = innerHeight - head() - document.querySelector(".write").offsetHeight;
    const own = lines.querySelectorAll(".mine");
    const asked = own.length ? own[own.length - 1] : element;
    const top = (each) => each.getBoundingClientRect().top + scrollY - head();
    const from = top(element) - top(asked) < room / 2 ? asked : element;
    scrollTo(0, Math.min(top(from), document.documentElement.scrollHeight));
  }
  function offer(element) {
    unseen = unseen || element;
    $("newer").hidden = false;
  }
  function seen() {
    unseen = null;
    $("newer").hidden = true;
  }
  addEventListener(
    "scroll",
    () => {
      atEnd = isAtEnd();
      if (atEnd) seen();
    },
    { passive: true },
  );
  addEventListener("resize", () => atEnd && toEnd());
  $("newer").addEventListener("click", () => {
    const element = unseen;
    seen();
    if (!element) return toEnd();
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    scrollBy(0, element.getBoundingClientRect().top - head());
  });
  const title = document.title;

  // --- the stream of new lines ---

  let source = null;
  let heard = 0;
  let tries = 0;
  let deaf = 0; // how often the server was there but its stream did not come
  let streamTimer = 0;
  function listen() {
    hush();
    if (left) return;
    heard = Date.now();
    const stream = new EventSource(`/dong?sau=${last}`);
    source = stream;
    const on = (name, act) =>
      stream.addEventListener(name, (event) => {
        if (stream !== source) return;
        heard = Date.now();
        act(event);
      });
    on("open", () => {
      tries = deaf = failures = 0;
      link(true);
      flush();
    });
    on("line", (event) => news(JSON.parse(event.data)));
    on("heartbeat", () => {});
    on("erased", () => {
      empty();
      listen();
    });
    on("error", lose);
  }
  function hush() {
    clearTimeout(streamTimer);
    if (source) source.close();
    source = null;
  }
  function lose() {
    hush();
    link(false);
    if (left || !started) return;
    streamTimer = setTimeout(retry, deaf ? 3000 : pause(tries));
    tries += 1;
  }
  // A stream does not tell why it failed. Asking for nothing tells whether there is a server, and whether it knows us.
  async function retry() {
    clearTimeout(streamTimer);
    if (retrying || left || !started) return;
    retrying = true;
    try {
      await ask("/lich-su?truoc=1");
      deaf += 1;
      if (deaf > 2) {
        await catchUp();
        link(true);
      }
      listen();
    } catch {
      lose();
    } finally {
      retrying = false;
    }
  }
  let retrying = false;
  function check() {
    const silence = Date.now() - heard;
    const isOpen = source && source.readyState === EventSource.OPEN;
    if (started && source && silence > (isOpen ? SILENCE : OPENING)) lose();
  }
  setInterval(check, 5000);

  addEventListener("online", () => {
    tries = 0;
    retry();
  });
  addEventListener("offline", lose);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    document.title = title;
    // A phone that slept does not know that its connections are dead.
    if (Date.now() - heard > 20000) {
      tries = 0;
      lose();
      retry();
    }
  });
  addEventListener("pagehide", hush);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    left = false;
    box.value = read("draft") || "";
    typed();
    drawPending();
    if (started) listen();
  });
  // Another tab of this browser sent something, or cleared the chat.
  addEventListener("storage", (event) => {
    if (event.key === "chat.cleared") {
      left = true;
      location.reload();
    } else if (event.key && event.key.startsWith("chat.out.")) {
      drawPending();
    }
  });

  // --- writing ---

  function typed() {
    const stays = isAtEnd();
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
    if (stays) toEnd();
  }
  function submit() {
    const text = box.value.trim();
    if (!text && !chosen.length) {
      tell("Anh/chị gõ câu hỏi, hoặc chọn ảnh, rồi bấm Gửi.");
      box.focus();
      return;
    }
    if (shrinking) {
      tell("Đang chuẩn bị ảnh. Anh/chị chờ một chút rồi bấm Gửi.");
      return;
    }
    const sent = chosen.splice(0);
    for (const { name, blob } of sent) photos.put(name, blob);
    drawChosen();
    box.value = "";
    forget("draft");
    typed();
    enqueue({ text, photos: sent.map(({ name }) => ({ name })) });
    // On a phone the keyboard would cover the answer.
    if (matchMedia("(pointer: coarse)").matches) box.blur();
    else box.focus();
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("input", () => {
    keep("draft", box.value);
    typed();
    tell("");
  });
  let shift = false;
  box.addEventListener("keydown", (event) => {
    shift = event.shiftKey;
    // While a letter is being composed, Enter ends that and nothing else.
    if (event.key === "Enter" && !shift && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    }
  });
  // Keyboards on touch screens that tell no keys.
  box.addEventListener("beforeinput", (event) => {
    if (event.inputType === "insertLineBreak" && !shift && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });

  // --- photos ---

  const chosen = []; // {name, blob} to go with the next message
  let shrinking = 0;
  function choose(blob) {
    chosen.push({ name: newKey(), blob });
    drawChosen();
  }
  function drawChosen() {
    const stays = isAtEnd();
    const list = $("chosen");
    list.textContent = "";
    chosen.forEach((photo, index) => {
      const item = make("li");
      const image = make("img");
      image.alt = `Ảnh ${index + 1}`;
      look(image, photo.blob);
      const away = button("Bỏ", () => {
        chosen.splice(chosen.indexOf(photo), 1);
        drawChosen();
        $("photo").focus();
      });
      away.append(make("span", "unseen", ` ảnh ${index + 1}`));
      item.append(image, away);
      list.append(item);
    });
    if (stays) toEnd();
  }
  $("photo").addEventListener("change", async () => {
    const files = [...$("photo").files];
    $("photo").value = "";
    let complaint = "";
    tell("");
    for (const file of files) {
      if (chosen.length >= PHOTOS) {
        complaint = `Mỗi tin gửi kèm được nhiều nhất ${PHOTOS} ảnh. Ảnh còn lại anh/chị gửi ở tin sau.`;
        break;
      }
      if (file.type && !file.type.startsWith("image/")) {
        complaint = `“${file.name}” không phải là ảnh. Anh/chị chọn ảnh chụp.`;
        continue;
      }
      shrinking += 1;
      const blob = await shrunk(file);
      shrinking -= 1;
      if (blob.size > LARGEST) {
        complaint = `Ảnh “${file.name}” lớn quá, chỉ nhận ảnh tới ${Math.floor(LARGEST / 1048576)} MB. Anh/chị chọn ảnh nhỏ hơn.`;
      } else {
        choose(blob);
      }
    }
    if (complaint) tell(complaint);
    box.focus();
  });

  // A smaller copy, which also leaves out where the photo was taken; the file itself where that does not work.
  async function shrunk(file) {
    const image = new Image();
    try {
      const there = new Promise((done, fail) => {
        image.onload = done;
        image.onerror = fail;
      });
      look(image, file);
      await there;
      const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
      const isPlain = /^image\/(png|webp|gif)$/.test(file.type);
      if (isPlain && scale === 1 && file.size <= FINE) return file;
      const canvas = make("canvas");
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      const paper = canvas.getContext("2d");
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob && (!isPlain || blob.size < file.size) ? blob : file;
    } catch {
      return file;
    }
  }

  // --- the menu, and clearing this browser ---

  const menu = $("menu");
  const fold = () => {
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  for (const way of menu.querySelectorAll("[data-choice]")) {
    way.addEventListener("click", () => {
      fold();
      press(way.dataset.choice, "", way.textContent);
    });
  }
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) fold();
  });

  const dialog = $("ask");
  $("clear").addEventListener("click", () => {
    fold();
    $("ask-state").textContent = "";
    if (dialog.showModal) dialog.showModal();
    else if (confirm(dialog.querySelector("h2").textContent)) clear();
  });
  $("ask-no").addEventListener("click", () => dialog.close());
  $("ask-yes").addEventListener("click", clear);
  async function clear() {
    $("ask-yes").disabled = true;
    try {
      await post("/xoa", {});
      left = true;
      hush();
      for (const name of names("")) forget(name);
      keep("cleared", newKey());
      await photos.clear();
      location.replace("/");
    } catch (error) {
      const words = error instanceof Refused ? error.said : "Chưa xoá được vì mất mạng. Anh/chị thử lại khi có mạng.";
      $("ask-state").textContent = words;
      if (!dialog.open) tell(words);
    } finally {
      $("ask-yes").disabled = false;
    }
  }

  // --- the beginning ---

  let started = false;
  async function start() {
    try {
      const isKnown = await catchUp();
      const wanted = main.dataset.start;
      if (wanted) history.replaceState(null, "", "/");
      if (!isKnown) {
        await post("/mo", { start: wanted });
      } else if (wanted) {
        setTimeout(() => press(wanted, "", "Xem câu hỏi này"));
      }
    } catch (error) {
      if (error instanceof Later) {
        link(false);
        setTimeout(start, error.seconds ? error.seconds * 1000 : pause(tries));
        tries += 1;
        return;
      }
      if (!(error instanceof Refused)) throw error;
    }
    started = true;
    tries = 0;
    $("opening").hidden = true;
    listen();
  }
  box.value = read("draft") || "";
  form.hidden = false;
  $("opening").hidden = false;
  typed();
  drawPending();
  start();
})();
