/** The machine with the tz database of this release, to replay recordings. */

import { chronosMachine } from '../core/step';
import { tzRules } from './zone-rules';

export const chronosReplay = chronosMachine(tzRules());
