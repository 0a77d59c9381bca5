import * as v from "valibot";
import { addressRule, clusterIdRule, idRule, isAddress, isClusterId, isId } from "../protocol/index.js";

/** The name of a cluster or a node. */
export const id = v.pipe(v.string(`must be ${idRule}`), v.check(isId, `must be ${idRule}`));

/** The id of a cluster. */
export const clusterId = v.pipe(v.string("must be text"), v.check(isClusterId, `must be ${clusterIdRule}`));

/** The address of a member. */
export const address = v.pipe(
  v.string(`must be ${addressRule}`),
  v.check(isAddress, `must be ${addressRule}`),
);
