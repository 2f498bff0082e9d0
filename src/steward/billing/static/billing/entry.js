/* Charge entry by keyboard: codes at hand, search as one types, lines that grow, the sum. The form works without this file. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  const $ = (selector, root = form) => root.querySelector(selector);
  const $$ = (selector, root = form) => [...root.querySelectorAll(selector)];
  const LETTERS = "ABCDEFGHIJKL", MOST = 50;
  const diagnoses = $('[name="diagnoses"]'), body = $(".entry-lines tbody"), letters = $(".letters"), sum = $("[data-sum]");
  const rows = () => $$("tr[data-line]", body);
  const part = (row, name) => $(`[data-part="${name}"]`, row);
  const words = (text) => text.trim().toUpperCase().split(/[\s,;:]+/).filter(Boolean);
  const fees = new Map(); /* code -> cents of a unit; null: asked, none */
  $$("[data-hand=service] [data-cents]").forEach((chip) => fees.set(chip.dataset.code, Number(chip.dataset.cents)));

  /* ---- money: integer cents ---- */
  const shown = (cents) => Math.floor(cents / 100).toLocaleString("en-US") + "." + String(cents % 100).padStart(2, "0");
  const typed = (text) => {
    const found = /^\$?([\d,]+)(?:\.(\d{1,2}))?$/.exec(text.trim());
    return found ? Number(found[1].replace(/,/g, "")) * 100 + Number((found[2] || "").padEnd(2, "0")) : null;
  };
  const due = (row) => {
    const own = part(row, "cents").value, units = Number(part(row, "units").value.replace(/,/g, "") || "1");
    if (own.trim()) return typed(own);
    const fee = fees.get(part(row, "code").value.trim().toUpperCase());
    return typeof fee === "number" && units > 0 ? Math.round(fee * units) : null;
  };
  const reckon = () => {
    let total = 0;
    rows().forEach((row) => {
      const code = part(row, "code").value.trim(), cents = code ? due(row) : null, box = part(row, "cents");
      box.placeholder = code && !box.value && cents !== null ? shown(cents) : "";
      if (cents !== null) total += cents;
    });
    sum.textContent = shown(total);
    letters.textContent = words(diagnoses.value).map((code, i) => `${LETTERS[i] || i + 1} ${code}`).join("   ");
  };
  const ask = async (kind, text) => {
    try {
      const answer = await fetch(`${form.dataset.codes}?kind=${kind}&day=${form.dataset.day}&q=${encodeURIComponent(text)}`,
        { headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).codes : [];
    } catch (_error) { return []; } /* offline: the code can still be typed whole */
  };
  const price = async (code) => {
    if (!code || fees.has(code)) return;
    fees.set(code, null);
    (await ask("service", code)).forEach((one) => { if (typeof one.cents === "number") fees.set(one.code, one.cents); });
    reckon();
  };

  /* ---- lines ---- */
  const grow = () => {
    const all = rows(), last = all[all.length - 1];
    if (all.length >= MOST) return last;
    const n = Number(last.dataset.line) + 1, fresh = last.cloneNode(true);
    fresh.dataset.line = n;
    fresh.querySelectorAll(".error, .preview, [role=listbox]").forEach((one) => one.remove());
    $("th", fresh).textContent = n;
    $$("input, select", fresh).forEach((box) => {
      box.name = box.name.replace(/\d+$/, n); box.id = `id_${box.name}`;
      box.setAttribute("aria-label", box.getAttribute("aria-label").replace(/\d+$/, n));
      ["aria-invalid", "aria-describedby", "autofocus"].forEach((name) => box.removeAttribute(name));
      box.placeholder = ""; box.value = box.dataset.part === "units" ? "1" : "";
      box.removeAttribute("role");
    });
    const more = $("details", fresh), hidden = $("summary .sr-only", fresh);
    if (more) more.open = false;
    if (hidden) hidden.textContent = hidden.textContent.replace(/\d+$/, n);
    body.append(fresh);
    offer(part(fresh, "code"), "service");
    return fresh;
  };
  const free = () => rows().find((row) => !part(row, "code").value.trim()) || grow();
  const next = (row) => {
    const all = rows(), at = all.indexOf(row);
    part(all[at + 1] || grow(), "code").focus();
  };

  /* ---- codes as one types ---- */
  let lists = 0;
  const offer = (box, kind) => {
    const list = document.createElement("ul");
    list.id = `codes-${lists++}`; list.hidden = true; list.className = "codes";
    list.setAttribute("role", "listbox"); list.setAttribute("aria-label", box.getAttribute("aria-label") || kind);
    box.insertAdjacentElement("afterend", list);
    box.setAttribute("role", "combobox"); box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false"); box.setAttribute("aria-controls", list.id); box.autocomplete = "off";
    let chosen = -1, asked = 0, waiting = null;
    const options = () => [...list.children];
    const last = () => (kind === "diagnosis" ? /\S*$/.exec(box.value)[0] : box.value.trim());
    const close = () => {
      clearTimeout(waiting); asked += 1; chosen = -1; list.hidden = true; list.replaceChildren();
      box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant");
    };
    const choose = (index) => {
      const all = options();
      chosen = (index + all.length) % all.length;
      all.forEach((one, i) => one.setAttribute("aria-selected", String(i === chosen)));
      box.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      const code = option.dataset.code;
      box.value = kind === "diagnosis" ? box.value.replace(/\S*$/, code) + " " : code;
      close(); box.dispatchEvent(new Event("input", { bubbles: true })); close();
    };
    const fill = (found) => {
      list.replaceChildren(...found.map((one, i) => {
        const option = document.createElement("li"), code = document.createElement("span"), told = document.createElement("span");
        option.id = `${list.id}-${i}`; option.dataset.code = one.code; option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        code.className = "code"; code.textContent = one.code;
        told.className = "soft"; told.textContent = [one.words, typeof one.cents === "number" ? shown(one.cents) : ""].filter(Boolean).join(" · ");
        if (kind === "service" && typeof one.cents === "number") fees.set(one.code, one.cents);
        option.append(code, " ", told);
        return option;
      }));
      list.hidden = !found.length; box.setAttribute("aria-expanded", String(found.length > 0)); chosen = -1;
    };
    box.addEventListener("input", (event) => {
      if (!event.isTrusted) return;
      clearTimeout(waiting);
      const text = last();
      if (text.length < 2) { close(); return; }
      waiting = setTimeout(async () => {
        const mine = ++asked, found = await ask(kind, text);
        if (mine === asked && last() === text && document.activeElement === box) fill(found.filter((one) => one.code !== text.toUpperCase() || one.words));
      }, 120);
    });
    box.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
      else if (event.key === "Escape") { event.stopPropagation(); close(); }
      else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0 && !event.ctrlKey) {
        if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); }
        take(options()[chosen]);
      }
    });
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); take(option); }
    });
    box.addEventListener("blur", close);
  };

  /* ---- codes at hand ---- */
  const put = (chip) => {
    const code = chip.dataset.code;
    if (chip.parentElement.dataset.hand === "diagnosis") {
      if (!words(diagnoses.value).includes(code)) diagnoses.value = `${diagnoses.value.trim()} ${code} `.trimStart();
    } else {
      const row = free();
      part(row, "code").value = code; part(row, "units").focus(); part(row, "units").select();
    }
    reckon();
  };
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-hand] [data-code]");
    if (chip) put(chip);
  });

  /* ---- keys ---- */
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit) {
      const chip = $(`[data-hand=${event.shiftKey ? "diagnosis" : "service"}] [data-key="${digit[1]}"]`);
      event.preventDefault();
      if (chip) put(chip);
    } else if (event.code === "KeyD") { event.preventDefault(); diagnoses.focus(); }
    else if (event.code === "KeyL") {
      const link = document.querySelector('[data-alt="l"]');
      event.preventDefault();
      if (link) location.assign(link.href);
    } else if (event.code === "KeyO") {
      const rest = $(".beside-claim");
      event.preventDefault(); rest.open = !rest.open;
      (rest.open ? $("input, select", rest) : diagnoses).focus();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const row = event.target.closest("tr[data-line]");
    if (row && event.target.matches("input, select")) { event.preventDefault(); next(row); }
    else if (event.target === diagnoses) { event.preventDefault(); part(free(), "code").focus(); }
    else if (event.target.matches("input, select")) event.preventDefault(); /* only Ctrl Enter and the button post */
  });
  form.addEventListener("input", (event) => {
    reckon();
    if (event.target.matches('[data-part="code"]')) price(event.target.value.trim().toUpperCase().length >= 4 ? event.target.value.trim().toUpperCase() : "");
  });

  $('[name="auth_number"]').setAttribute("list", "authorizations");
  $('[name="referral_number"]').setAttribute("list", "referrals");
  offer(diagnoses, "diagnosis");
  rows().forEach((row) => { offer(part(row, "code"), "service"); price(part(row, "code").value.trim().toUpperCase()); });
  reckon();
  if (!$("[autofocus]") && !document.getElementById("refused")) diagnoses.focus();
})();
