/** The bench of the load balancer: from apps to text, and from events to traffic. */

import { benchChanges } from './changes';
import { printFigures } from './figures';
import { benchOriginal, MEASURED_ONCE } from './original';
import { benchRender } from './render';

/** `original` is a command that runs marathon-lb's script, to be measured in the same run. */
export async function benchLb(original?: string): Promise<void> {
  process.stdout.write(printFigures(benchRender()));
  process.stdout.write(printFigures(await benchChanges()));
  process.stdout.write(original === undefined ? MEASURED_ONCE : printFigures(await benchOriginal(original)));
}
