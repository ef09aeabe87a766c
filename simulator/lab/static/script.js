// A script of deeds: time by the machine's clock, word and argument, as it stands in a link.
//   0.0near:1,1.4tap:540x960-8f3a..,9.2insert:10000
import { known } from "./deeds.js";

export const MOST = 300;

export const write = (deeds) => deeds.map(({ at_ms, word, argument }) => `${(at_ms / 1000).toFixed(1)}${word}:${encodeURIComponent(argument)}`).join(",");

// What is no deed is left out: a link may have been typed by hand.
export function read(text) {
  return text.split(",").slice(0, MOST).flatMap((part) => {
    const found = /^(\d+(?:\.\d+)?)([a-z]+):(.*)$/.exec(part);
    if (!found || !known(found[2])) return [];
    try { return [{ at_ms: Math.round(Number(found[1]) * 1000), word: found[2], argument: decodeURIComponent(found[3]) }]; } catch { return []; }
  });
}
