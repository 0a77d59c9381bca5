/** What the page was written for: the JSON that stands in it. */
export function embeddedData<Data>(): Data {
  const text = document.getElementById("data")?.textContent;
  if (text == null) throw new Error("this page holds no data");
  return JSON.parse(text) as Data;
}
