/* Paper EOBs: the difference of each service, of the claim and of the payment while they are typed. The server decides. */
(() => {
  const form = document.querySelector("form[data-eob-form]");
  if (!form) return;
  const plain = (text) => text.replace(/[\s$,]/g, "").replace(/\u2212/g, "-");
  const cents = (text) => { /* null: empty or not a plain amount */
    const found = /^\(?(-?)(\d*)\.?(\d{0,2})\)?$/.exec(plain(text));
    if (!found || !(found[2] || found[3])) return null;
    const value = Number((found[2] || "0") + (found[3] + "00").slice(0, 2));
    return found[1] || plain(text).startsWith("(") ? -value : value;
  };
  const taken = (text) => {
    let sum = 0;
    for (const found of text.matchAll(/[a-z]{2}\s*-?\s*[a-z]?\d{1,3}\s*[:=\s]\s*(-?\$?[\d,]*\.?\d{0,2})(?=[\s,;]|$)/gi)) sum += cents(found[1]) || 0;
    return sum;
  };
  const say = (place, value) => {
    const text = (Math.abs(value) / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    place.textContent = value === 0 ? place.dataset.even : (value < 0 ? "\u2212" : "") + text;
    place.classList.toggle("bad", value !== 0);
    place.classList.toggle("good", value === 0);
  };
  const of = (row, what) => { const input = row.querySelector(`[data-eob="${what}"]`); return input ? input.value : ""; };
  const work = () => {
    let charged = 0, paid = 0, off = 0;
    form.querySelectorAll("[data-eob-line]").forEach((row) => {
      const charge = cents(of(row, "charge")) || 0, got = cents(of(row, "paid")) || 0, less = taken(of(row, "adjustments"));
      charged += charge; paid += got; off += less;
      say(row.querySelector("output"), charge - less - got);
    });
    const whole = form.querySelector("[data-eob-claim]");
    const own = taken(of(whole, "adjustments")), said = cents(of(whole, "claim-paid"));
    const got = said === null ? paid - own : said;
    say(form.querySelector("[data-eob-off]"), charged - off - own - got);
    say(form.querySelector("[data-eob-left]"), Number(form.dataset.before) - got);
  };
  form.addEventListener("input", work);
  work();
})();
