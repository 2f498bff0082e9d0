/* The keyboard, the palette, selections and small help for typing. Every page works without this file. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) &&
    !["checkbox", "radio", "button", "submit"].includes(el.type);
  const money = (cents) => {
    const size = Math.abs(cents), whole = Math.floor(size / 100).toLocaleString("en-US");
    return (cents < 0 ? "\u2212" : "") + whole + "." + String(size % 100).padStart(2, "0");
  };

  /* What scrolls sideways can be reached and scrolled by keyboard. */
  const reach = () => $$(".scroll, .table-box").forEach((part) => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; else part.removeAttribute("tabindex");
  });
  reach();
  window.addEventListener("resize", reach);

  /* ---- dialogs ---- */
  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
    return dialog;
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { $$("details.menu[open]").forEach((menu) => { menu.open = false; }); openDialog(opener.dataset.open); }
    if (event.target.tagName === "DIALOG") event.target.close();
    if (event.target.closest("[data-print]")) window.print();
    const dismiss = event.target.closest(".toast .dismiss");
    if (dismiss) dismiss.closest(".toast").remove();
    $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* A toast goes after twelve seconds, unless it offers something to press or somebody is reading it. */
  $$(".toast").forEach((toast) => {
    if ($("form, .next", toast) || toast.classList.contains("bad")) return;
    setTimeout(() => { if (!toast.matches(":hover, :focus-within")) toast.remove(); }, 12000);
  });

  /* ---- palette ---- */
  const palette = $("#palette"), box = palette && $("input", palette), list = palette && $("#palette-list");
  const endpoint = document.body.dataset.palette;
  let asked = 0, chosen = -1, waiting = null, listed = null;
  const options = () => $$('[role="option"]', list);
  const choose = (index) => {
    const all = options();
    if (!all.length) { chosen = -1; box.removeAttribute("aria-activedescendant"); return; }
    chosen = (index + all.length) % all.length;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
    box.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  };
  const fill = (groups) => {
    list.replaceChildren();
    let n = 0;
    for (const group of groups) {
      const part = document.createElement("li"), title = document.createElement("div"), items = document.createElement("ul");
      part.setAttribute("role", "presentation");
      title.className = "group"; title.textContent = group.label; title.id = "palette-group-" + n;
      items.setAttribute("role", "group"); items.setAttribute("aria-labelledby", title.id);
      for (const hit of group.hits) {
        const option = document.createElement("li"), label = document.createElement("span"), note = document.createElement("span");
        option.setAttribute("role", "option"); option.id = "palette-" + n++; option.dataset.url = hit.url;
        label.textContent = hit.label; note.textContent = hit.note || ""; note.className = "note";
        option.append(label, note); items.append(option);
      }
      part.append(title, items); list.append(part);
    }
    choose(0);
  };
  const ask = async () => {
    const mine = ++asked, text = box.value;
    clearTimeout(waiting);
    try {
      const answer = await fetch(endpoint + "?q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } });
      const groups = answer.ok ? (await answer.json()).groups : [];
      if (mine === asked) { listed = text; fill(groups); }
    } catch (_error) { /* offline: the search form on the page still works */ }
  };
  const open = async () => { /* never opens what was listed for other words than those in the box */
    if (listed !== box.value) await ask();
    const option = options()[chosen];
    if (option && listed === box.value) location.assign(option.dataset.url);
  };
  const openPalette = () => {
    if (!palette || !endpoint) return;
    openDialog("palette"); box.value = ""; listed = null; box.focus(); ask();
  };
  if (palette) {
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 90); });
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
      else if (event.key === "Enter") {
        event.preventDefault();
        open();
      }
    });
    list.addEventListener("click", (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) location.assign(option.dataset.url);
    });
    const find = $("#find");
    if (find && endpoint) find.addEventListener("pointerdown", (event) => { event.preventDefault(); openPalette(); });
  }

  /* ---- rows ---- */
  const rows = () => $$("tr[data-row]");
  let here = null;
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const next = all[Math.min(all.length - 1, Math.max(0, here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1))];
    if (here) here.classList.remove("here");
    here = next; here.classList.add("here"); here.scrollIntoView({ block: "nearest" });
    const focus = $("a, input", here);
    if (focus) focus.focus({ preventScroll: true });
  };
  const picks = (form) => $$('input[name="uid"]', form);
  const tell = (form) => {
    const all = picks(form), on = all.filter((pick) => pick.checked), bar = $("[data-bulk]", form), head = $("[data-all]", form);
    all.forEach((pick) => pick.closest("tr").setAttribute("aria-selected", String(pick.checked)));
    if (head) { head.checked = on.length > 0 && on.length === all.length; head.indeterminate = on.length > 0 && !head.checked; }
    if (!bar) return;
    bar.classList.toggle("on", on.length > 0);
    $("[data-selected]", bar).textContent = on.length;
    const cents = on.map((pick) => pick.closest("tr").dataset.cents).filter((text) => text !== undefined);
    $("[data-sum]", bar).textContent = cents.length ? money(cents.reduce((sum, text) => sum + Number(text), 0)) : "";
  };
  $$(".listing-form").forEach((form) => {
    let last = null;
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-all]")) picks(form).forEach((pick) => { pick.checked = event.target.checked; });
      tell(form);
    });
    form.addEventListener("click", (event) => { /* shift selects from the last to this one */
      if (!event.target.matches('input[name="uid"]')) return;
      const all = picks(form), now = all.indexOf(event.target);
      if (event.shiftKey && last !== null) {
        all.slice(Math.min(last, now), Math.max(last, now) + 1).forEach((pick) => { pick.checked = event.target.checked; });
        tell(form);
      }
      last = now;
    });
    if (picks(form).length) tell(form);
  });

  /* ---- keys ---- */
  const goMap = Object.fromEntries($$("[data-go]").map((link) => [link.dataset.go, link.getAttribute("href")]));
  let afterG = 0;
  const press = {
    "?": () => openDialog("keys"),
    "/": () => {
      const target = $("[data-filter]") || $("#find");
      if (target && target.tagName === "SUMMARY") {
        target.parentElement.open = true;
        const first = $("input, select", target.parentElement);
        if (first) first.focus();
      } else if (target) target.focus();
    },
    n: () => { const link = $("[data-new]"); if (link) link.click(); },
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const pick = here && $('input[name="uid"]', here);
      if (pick) { pick.checked = !pick.checked; pick.dispatchEvent(new Event("change", { bubbles: true })); }
    },
    e: () => { if (here && here.dataset.href) location.assign(here.dataset.href); },
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit($("button.primary", form) || undefined); }
      return;
    }
    if (event.key === "Escape") {
      const menu = event.target.closest && event.target.closest("details.menu[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    if (afterG && Date.now() - afterG < 1500 && goMap[event.key]) { afterG = 0; event.preventDefault(); location.assign(goMap[event.key]); return; }
    afterG = event.key === "g" ? Date.now() : 0;
    if (press[event.key]) { event.preventDefault(); press[event.key](); }
  });

  /* ---- money fields: show what arithmetic comes to, exactly as the server will read it ---- */
  const works = (text) => { /* digits and + - * / ( ) only, in exact fractions; null when it is not arithmetic */
    const source = text.replace(/[\s,$]/g, "").replace(/\u2212/g, "-");
    if (!/^[0-9.+\-*/()]+$/.test(source) || !/[0-9)][+\-*/]/.test(source)) return null;
    let at = 0;
    const number = () => {
      const found = /^\d*\.?\d*/.exec(source.slice(at))[0];
      if (!/\d/.test(found)) throw new Error("number");
      at += found.length;
      const [whole, part = ""] = found.split(".");
      return [BigInt((whole || "0") + part), 10n ** BigInt(part.length)];
    };
    const factor = () => {
      if (source[at] === "-") { at += 1; const [a, b] = factor(); return [-a, b]; }
      if (source[at] === "+") { at += 1; return factor(); }
      if (source[at] !== "(") return number();
      at += 1;
      const value = sum();
      if (source[at] !== ")") throw new Error("bracket");
      at += 1;
      return value;
    };
    const term = () => {
      let [a, b] = factor();
      while (source[at] === "*" || source[at] === "/") {
        const times = source[at] === "*"; at += 1;
        const [c, d] = factor();
        if (!times && c === 0n) throw new Error("zero");
        [a, b] = times ? [a * c, b * d] : [a * d, b * c];
      }
      return [a, b];
    };
    const sum = () => {
      let [a, b] = term();
      while (source[at] === "+" || source[at] === "-") {
        const sign = source[at] === "+" ? 1n : -1n; at += 1;
        const [c, d] = term();
        [a, b] = [a * d + sign * c * b, b * d];
      }
      return [a, b];
    };
    try {
      let [a, b] = sum();
      if (at !== source.length) return null;
      if (b < 0n) { a = -a; b = -b; }
      const size = (2n * (a < 0n ? -a : a) * 100n + b) / (2n * b);
      return Number(a < 0n ? -size : size);
    } catch (_error) { return null; }
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-money]")) return;
    const field = event.target.closest(".field");
    if (!field) return;
    let preview = $(".preview", field);
    const cents = works(event.target.value);
    if (cents === null) { if (preview) preview.remove(); return; }
    if (!preview) { preview = document.createElement("p"); preview.className = "preview"; preview.setAttribute("aria-live", "polite"); field.append(preview); }
    preview.textContent = "= " + money(cents);
  });

  /* A form is sent once; its key makes a second send harmless anyway. */
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    setTimeout(() => $$("button", event.target).forEach((button) => { if (!button.formAction || button.type === "submit") button.setAttribute("aria-busy", "true"); }), 0);
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  const refusal = $("#refused");
  if (refusal) refusal.focus();

  /* Somebody at work keeps the session, also while typing one long form (told once a minute, all tabs together). Nobody there:
     the page asks for itself again, and the server, whose clock alone counts, answers with the sign-in page. */
  const idle = Number(document.body.dataset.idle) * 1000;
  if (idle) {
    const csrf = JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}");
    const tabs = "BroadcastChannel" in window ? new BroadcastChannel("steward-awake") : null;
    let last = Date.now(), told = last, shared = last;
    const awake = () => {
      last = Date.now();
      if (tabs && last - shared > 5000) { shared = last; tabs.postMessage(last); }
      if (last - told > 60000) { told = last; fetch(document.body.dataset.awake, { method: "POST", headers: csrf, redirect: "manual" }).catch(() => {}); }
    };
    if (tabs) tabs.onmessage = (event) => { last = Math.max(last, event.data); };
    ["keydown", "pointerdown", "wheel"].forEach((kind) => document.addEventListener(kind, awake, { passive: true }));
    setInterval(() => { if (Date.now() - last > idle + 3000) location.replace(location.href); }, 5000);
  }
})();
