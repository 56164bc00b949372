import type { Provider } from '../domain/provider.ts';
import { bytePlus, volcengineArk } from './ark/ark.ts';
import { vertex } from './google/vertex.ts';
import { viduCn, viduCom } from './vidu/vidu.ts';

/** Every vendor that the gateway can speak to. */
export const PROVIDERS: readonly Provider[] = [viduCom, viduCn, bytePlus, volcengineArk, vertex];
