export const runStyle = "";
