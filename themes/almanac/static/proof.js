// Solves the sign-up service's proof of work, by the ALTCHA protocol (version 2, PBKDF2): a counter is looked for
// whose derived key begins with a given prefix. The browser derives keys beside the page's own thread, a few at a
// time, so the page stays quick. Nobody is asked but the service that the form is sent to.

const AT_ONCE = 8;
const READ_FOR = 2100; // milliseconds: the service takes no solution sooner, since nobody fills in a form so fast

const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function fits({ nonce, salt, cost, keyLength, keyPrefix }, counter) {
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: cost };
  return hex(await crypto.subtle.deriveBits(how, key, keyLength * 8)).startsWith(keyPrefix);
}

async function search(parameters, signal) {
  const puzzle = { ...parameters, nonce: bytes(parameters.nonce), salt: bytes(parameters.salt) };
  for (let first = 0; ; first += AT_ONCE) {
    signal.throwIfAborted();
    const tried = await Promise.all(Array.from({ length: AT_ONCE }, (_, next) => fits(puzzle, first + next)));
    if (tried.includes(true)) return first + tried.indexOf(true);
  }
}

// What the form's field `altcha` holds. Fails where the service does not answer, asks for something else, or the
// signal ends it.
export async function prove(address, signal) {
  const answer = await fetch(address, { signal, credentials: "omit", cache: "no-store" });
  const challenge = await answer.json();
  const asked = performance.now();
  if (challenge.parameters.algorithm !== "PBKDF2/SHA-256") throw new Error("another kind of proof is asked for");
  const counter = await search(challenge.parameters, signal);
  const left = READ_FOR - (performance.now() - asked);
  if (left > 0) await new Promise((done) => setTimeout(done, left));
  return btoa(JSON.stringify({ challenge, solution: { counter } }));
}
