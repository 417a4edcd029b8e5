// The desk stays up to date by itself, and never touches what somebody is typing.
"use strict";
(() => {
  const root = document.querySelector("[data-stream]");

  // A second press while the first is on its way does nothing; the form's key guards the rest.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = "1";
    if (form.hasAttribute("data-send")) {
      event.preventDefault();
      send(form);
    }
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.busy;
  });
  // A one-time link is there to be copied.
  document.addEventListener("focusin", (event) => event.target.id === "link" && event.target.select());
  if (!root) return;

  const line = document.getElementById("line");
  const say = (text) => {
    line.textContent = text;
    line.hidden = !text;
  };
  const isTyping = (part) =>
    [...part.querySelectorAll("textarea:not([readonly]), select")].some(
      (field) => field === document.activeElement || field.value !== "",
    );
  const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

  function show(fresh) {
    document.title = fresh.title;
    if (waiting(fresh) > waiting(document)) document.getElementById("news").textContent = `Có phiếu hỏi mới: ${waiting(fresh)}`;
    const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 4;
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || isTyping(part) || same(part, other)) continue;
      const open = [...part.querySelectorAll("details[open]")].map((each) => each.id);
      const held = part.contains(document.activeElement) ? document.activeElement : null;
      part.replaceChildren(...other.childNodes);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      if (held) focusLike(part, held);
    }
    if (end && document.activeElement?.tagName === "TEXTAREA") scrollTo(0, document.documentElement.scrollHeight);
  }
  const waiting = (from) => Number(from.querySelector("#tabs .count")?.textContent || 0);
  // Keys and tokens differ in every copy of a page, and say nothing.
  const bare = (part) => part.innerHTML.replace(/<input type="hidden"[^>]*>/g, "");
  const same = (part, other) => bare(part) === bare(other);
  function focusLike(part, held) {
    const href = held.getAttribute("href");
    const twin = href
      ? [...part.querySelectorAll("a")].find((each) => each.getAttribute("href") === href)
      : [...part.querySelectorAll("button, summary")].find((each) => each.textContent === held.textContent);
    twin?.focus({ preventScroll: true });
  }

  const address = new URL(root.dataset.page || location.href, location.href);
  for (const told of ["da", "phieu"]) address.searchParams.delete(told);
  const page = address.pathname + address.search;
  let fetching = false;
  let again = false;
  async function refresh() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(page);
      if (answer.ok) {
        show(await parse(answer));
        say("");
      } else if (answer.status === 404) {
        say("Phiếu này không còn ở đơn vị của anh/chị. Chữ đã gõ vẫn còn ở đây để chép lại.");
      } else if (answer.status === 401 || answer.status === 403) {
        say("Anh/chị không còn đăng nhập, hoặc quyền đang tạm ngừng. Chép lại chữ đã gõ rồi tải lại trang.");
        source?.close();
      }
    } catch {
      say("Mất kết nối. Trang tự nối lại khi có mạng; chữ đã gõ vẫn còn.");
    } finally {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  }

  async function send(form) {
    const button = form.querySelector("button");
    const fields = form.querySelector("textarea");
    button.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const fresh = await parse(answer);
      const notice = fresh.getElementById("notice");
      if (answer.ok) {
        fields.value = "";
        fields.blur();
      }
      // A fresh key for the next text; after a failure too, since nothing was stored under the old one.
      const twin = [...fresh.forms].find((each) => each.getAttribute("action") === form.getAttribute("action"));
      for (const name of ["key", "token"]) if (twin) form.elements[name].value = twin.elements[name].value;
      if (notice) {
        document.getElementById("notice").replaceChildren(...notice.childNodes);
        show(fresh);
        say("");
      } else {
        const why = fresh.querySelector("h1")?.textContent || "Chưa gửi được";
        say(`${why}. Chữ đã gõ vẫn còn ở đây.`);
      }
    } catch {
      say("Chưa gửi được vì mất kết nối. Chữ đã gõ vẫn còn: có mạng lại thì bấm gửi lần nữa, không sợ gửi hai lần.");
    } finally {
      delete form.dataset.busy;
      button.removeAttribute("aria-disabled");
    }
  }

  addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-send]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Leaving with unsent words asks first.
  addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-send] textarea")].some((each) => each.value.trim())) event.preventDefault();
  });

  let source = null;
  function listen() {
    source = new EventSource(root.dataset.stream);
    source.addEventListener("changed", refresh);
    source.addEventListener("open", () => say(""));
    source.addEventListener("error", () => {
      // A stream that was refused does not come back by itself; the page tells why.
      if (source.readyState === EventSource.CLOSED) refresh();
      else say("Mất kết nối. Trang tự nối lại khi có mạng; chữ đã gõ vẫn còn.");
    });
  }
  listen();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
  // Waiting times grow although nothing happens.
  setInterval(() => document.hidden || refresh(), 60000);
})();
