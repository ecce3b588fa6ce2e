/**
 * A big page that many poll: those who ask at one moment share one text. Where making it takes long, it also
 * serves those who ask within twice that time, so that pollers cannot take the whole process; small clusters
 * always see the newest.
 */

/** Pages made faster than this are made anew for every change. */
const QUICK_MS = 20;
const REST_FACTOR = 2;

export function sharedPage(
  make: () => Buffer,
  moment: () => number,
  {
    now = () => performance.now(),
    hit = () => undefined,
  }: {
    readonly now?: () => number;
    /** Called when somebody gets a page that was made for another. */
    readonly hit?: () => void;
  } = {},
) {
  let last: { moment: number; body: Buffer; madeAt: number; tookMs: number } | undefined;
  /** The page that was made before, where it serves this request, too. */
  const shareable = (): Buffer | undefined => {
    if (!last || (last.moment !== moment() && !isStillGood(last, now()))) return undefined;
    hit();
    return last.body;
  };
  const page = (): Buffer => {
    const shared = shareable();
    if (shared) return shared;
    const current = moment();
    const began = now();
    const body = make();
    const madeAt = now();
    last = { moment: current, body, madeAt, tookMs: madeAt - began };
    return body;
  };
  return Object.assign(page, { kept: shareable });
}

function isStillGood({ madeAt, tookMs }: { madeAt: number; tookMs: number }, now: number): boolean {
  return tookMs > QUICK_MS && now - madeAt < REST_FACTOR * tookMs;
}
