// The page's address says how it looks and what was done: language, time of day, rate, seed, deeds.
const read = () => new URLSearchParams(location.hash.slice(1));

export const told = (name) => read().get(name) ?? "";

export function say(name, value) {
  const all = read();
  if (value) all.set(name, value);
  else all.delete(name);
  // colons and commas stay readable; what could end the fragment is escaped by URLSearchParams
  const text = all.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  try { history.replaceState(null, "", text ? `#${text}` : location.pathname); } catch { /* too many changes at once: the next one says it all */ }
}
