import { join } from 'node:path';
import { runScripts } from '../scripts/run';
import { openDns } from './interpreter';

runScripts(join(__dirname, 'scripts'), openDns);
