// The phone's camera: finds the code among the pixels of the screen and takes its modules down. What they say is read elsewhere.
const DARK = 128;
const RATIOS = [1, 1, 3, 1, 1]; // dark and light of a corner's square, through its middle

// Lengths of runs of one shade along a line, as [where it begins, how long, dark].
function runsOf(count, dark) {
  const runs = [];
  let begin = 0;
  for (let at = 1; at <= count; at += 1) {
    if (at < count && dark(at) === dark(begin)) continue;
    runs.push([begin, at - begin, dark(begin)]);
    begin = at;
  }
  return runs;
}

const alike = (one, other) => Math.abs(one - other) <= Math.max(1, other * 0.3);

// Middles of what looks like a corner's square along a line: [middle, size of a module].
function squares(runs) {
  const found = [];
  for (let n = 0; n + 5 <= runs.length; n += 1) {
    const five = runs.slice(n, n + 5);
    const unit = five.reduce((sum, [, long]) => sum + long, 0) / 7;
    if (five[0][2] && unit >= 3 && RATIOS.every((ratio, k) => alike(five[k][1], ratio * unit))) found.push([five[2][0] + five[2][1] / 2, unit]);
  }
  return found;
}

function corners(wide, high, dark) {
  const found = [];
  for (let y = 0; y < high; y += 2) {
    for (const [x, unit] of squares(runsOf(wide, (at) => dark(at, y)))) {
      if (found.some((one) => Math.abs(one.x - x) < unit && Math.abs(one.y - y) < 5 * unit)) continue;
      const [top, long] = [Math.max(0, Math.round(y - 6 * unit)), Math.round(12 * unit)];
      const across = squares(runsOf(Math.min(long, high - top), (at) => dark(Math.floor(x), top + at))).find(([, other]) => alike(other, unit));
      if (across) found.push({ x, y: top + across[0], unit });
    }
  }
  return found;
}

// Rows of "0" and "1" of the first code in the picture; null when there is none.
export function look({ width, height, data }) {
  const dark = (x, y) => { const at = 4 * (y * width + x); return (data[at] + data[at + 1] + data[at + 2]) / 3 < DARK; };
  const all = corners(width, height, dark);
  for (const one of all) {
    const right = all.find((other) => other.x > one.x + 7 * one.unit && Math.abs(other.y - one.y) < one.unit);
    const below = all.find((other) => other.y > one.y + 7 * one.unit && Math.abs(other.x - one.x) < one.unit);
    if (!right || !below || !alike(right.x - one.x, below.y - one.y)) continue;
    const size = Math.round((right.x - one.x) / one.unit) + 7;
    const unit = (right.x - one.x) / (size - 7);
    const module = (row, column) => (dark(Math.floor(one.x + (column - 3) * unit), Math.floor(one.y + (row - 3) * unit)) ? "1" : "0");
    return Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => module(row, column)).join(""));
  }
  return null;
}
