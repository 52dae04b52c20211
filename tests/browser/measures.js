// Measures that tests take of a page, each a list of what is wrong. Loaded as text and run within the page.

const shown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const start = (node, length = 110) => node.outerHTML.slice(0, length);

// What makes the page scroll sideways, or hangs out of it unseen.
function tooWide() {
  const found = [];
  const width = innerWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole > width) found.push(`the page is ${whole} px wide`);
  const clipped = (node) => {
    for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible" && at.getBoundingClientRect().right <= width + 1) return true;
    }
    return false;
  };
  for (const node of document.body.querySelectorAll("*")) {
    if (!shown(node) || node.closest(".trap, .skip, .unseen")) continue;
    const box = node.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || (box.right <= width + 1 && box.left >= -1)) continue;
    if (!clipped(node)) found.push(`${start(node)} from ${box.left} to ${box.right}`);
  }
  return found;
}

// A link in running text is as high as its line (the inline exception of WCAG 2.5.5 and 2.5.8).
function inSentence(target) {
  if (!target.matches("a") || getComputedStyle(target).display !== "inline") return false;
  const words = (node) => node !== target && node.nodeType === Node.TEXT_NODE && /\p{L}/u.test(node.data);
  return [...target.parentElement.childNodes].some(words) || target.closest(".prose p, .prose li, .letter-text") !== null;
}

// What can be tapped and is smaller than `least` px either way.
function smallTargets(least) {
  const found = [];
  const seen = new Set();
  for (const control of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (control.type === "hidden" || control.closest("[aria-hidden=true]") || control.matches(".skip")) continue;
    const target = control.matches("[type=radio], [type=checkbox]") ? control.closest("label") : control;
    if (seen.has(target) || !shown(target)) continue;
    seen.add(target);
    target.scrollIntoView({ block: "center", behavior: "instant" });
    const box = target.getBoundingClientRect();
    if ((box.width >= least - 0.5 && box.height >= least - 0.5) || inSentence(target)) continue;
    // What reacts may be larger than what is drawn: a whole card, for instance.
    const half = least / 2 - 1;
    const x = box.left + box.width / 2;
    const y = box.top + box.height / 2;
    const reacts = (dx, dy) => target.contains(document.elementFromPoint(x + dx, y + dy));
    if (reacts(-half, 0) && reacts(half, 0) && reacts(0, -half) && reacts(0, half)) continue;
    found.push(`${start(target)}: ${Math.round(box.width)} by ${Math.round(box.height)} px`);
  }
  return found;
}

function boxesOf(node, from, to) {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  return [...range.getClientRects()].filter((box) => box.width > 0);
}

// In lines that run from left to right: what stands before a name must be at its left, what comes after at its right.
function misplacedAround(names) {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const text = node.data;
    const name = names.find((each) => text.includes(each));
    if (!name || !shown(node.parentElement) || getComputedStyle(node.parentElement).direction !== "ltr") continue;
    const begin = text.indexOf(name);
    const boxes = boxesOf(node, begin, begin + name.length);
    if (boxes.length !== 1) continue;
    const check = (from, step) => {
      let at = from;
      while (at >= 0 && at < text.length && /\s/.test(text[at])) at += step;
      if (at < 0 || at >= text.length) return;
      const [box] = boxesOf(node, at, at + 1);
      if (!box || Math.abs(box.top - boxes[0].top) > box.height / 2) return;
      const right = step < 0 ? box.right <= boxes[0].left + 1 : box.left >= boxes[0].right - 1;
      if (!right) found.push(`"${text[at]}" ${step < 0 ? "before" : "after"} the name in "${text.trim().slice(0, 120)}"`);
    };
    check(begin - 1, -1);
    check(begin + name.length, 1);
  }
  return found;
}

// A telephone number whose plus sign was turned round to its right.
function turnedNumbers() {
  const numbers = [...document.querySelectorAll("a[href^='tel:'] span")];
  const turned = numbers.filter((each) => {
    const text = each.firstChild;
    if (!shown(each) || !text?.data?.startsWith("+")) return false;
    const [plus] = boxesOf(text, 0, 1);
    const [last] = boxesOf(text, text.length - 1, text.length);
    return plus.left > last.left;
  });
  return turned.map((each) => start(each));
}
