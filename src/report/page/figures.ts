import { embeddedData } from "./embedded-data.js";

document.body.append(JSON.stringify(embeddedData()));
