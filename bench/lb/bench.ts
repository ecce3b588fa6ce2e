/** The bench of the load balancer: from apps to text, and from events to traffic. */

import { benchChanges } from './changes';
import { printFigures } from './figures';
import { benchRender } from './render';

export async function benchLb(): Promise<void> {
  process.stdout.write(printFigures(benchRender()));
  process.stdout.write(printFigures(await benchChanges()));
}
