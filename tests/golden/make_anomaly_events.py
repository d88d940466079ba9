"""Write anomaly/scores.json, streams.json and alerts.json: cases whose values are computed by hand, as each says."""
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent / "anomaly"
def steps(*s): return list(s)
# --- scores and thresholds
one=[0]*100; one2=list(one); one2[40]=1; one2[30]=1
sc=[
 {"name":"rankings have the values computed by hand","source":"by hand: of the pairs (anomaly, normal) 3 of 4 are in order; precision 1 at the first and 2/3 at the third","steps":[
  {"op":"anomaly.roc_auc","arrays":[{"ints":[0,1,0,1]},[0.1,0.9,0.5,0.4]],"expect":0.75,"within":1e-12},
  {"op":"anomaly.average_precision","arrays":[{"ints":[0,1,0,1]},[0.1,0.9,0.5,0.4]],"expect":0.8333333333333334,"within":1e-12},
  {"op":"anomaly.precision_at","arrays":[{"ints":[0,1,0,1]},[0.1,0.9,0.5,0.4]],"expect":0.5,"within":1e-12},
  {"op":"anomaly.precision_at","options":{"count":3},"arrays":[{"ints":[0,1,0,1]},[0.1,0.9,0.5,0.4]],"expect":0.6666666666666666,"within":1e-12},
  {"op":"anomaly.roc_auc","arrays":[{"ints":[0,2]},[0.1,0.9]],"fails":"invalid_data"},
  {"op":"anomaly.roc_auc","arrays":[{"ints":[1,1]},[0.1,0.9]],"fails":"not_enough_data"},
  {"op":"anomaly.average_precision","arrays":[{"ints":[0,1]},[0.1]],"fails":"invalid_data"},
  {"op":"anomaly.precision_at","options":{"count":0},"arrays":[{"ints":[0,1]},[0.1,0.2]],"fails":"invalid_config"},
 ]},
 {"name":"thresholds separate as they say","source":"by hand: ranks of the scores","steps":[
  {"op":"anomaly.contamination_threshold","options":{"contamination":0.2},"arrays":[[1,2,3,4,5,6,7,8,9,10,11]],"expect":9,"within":1e-12},
  {"op":"anomaly.contamination_threshold","options":{"contamination":0.7},"arrays":[[1,2,3]],"fails":"invalid_config"},
  {"op":"anomaly.conformal_threshold","options":{"false_alarm":0.25},"arrays":[[5,1,4,2,3,6,7]],"expect":6},
  {"op":"anomaly.conformal_threshold","options":{"false_alarm":0.01},"arrays":[[5,1,4]],"fails":"not_enough_data"},
  {"op":"anomaly.learned_threshold","arrays":[[1,2,3,8,9],{"ints":[0,0,0,1,1]}],"expect":5.5,"as":"t"},
  {"op":"anomaly.learned_threshold","arrays":[[1,2,3],{"ints":[0,0,0]}],"fails":"not_enough_data"},
  {"op":"anomaly.extreme_value_threshold","options":{"probability":0.5,"level":0.2},"arrays":[[1,1,1,1]],"expect":1},
  {"op":"anomaly.extreme_value_threshold","options":{"probability":0.5,"level":0.9},"arrays":[[1,2,3]],"fails":"invalid_config"},
 ]},
 {"name":"NAB scores are those of the benchmark's rules","source":"by hand: an alarm at the first row of the window is worth 100, a false alarm before it costs 0.11 of 2","steps":[
  {"op":"anomaly.NabScore.evaluate","options":{"threshold":0.5},"arrays":[one2,{"ints":[100]},{"ints":[0]},{"ints":[40]},{"ints":[49]}],
   "expect":{"score":94.5,"detected":1,"windows":1,"false_alarms":1},"within":1e-9},
  {"op":"anomaly.NabScore.evaluate","options":{"threshold":0.5,"profile":"reward_low_fp"},"arrays":[one2,{"ints":[100]},{"ints":[0]},{"ints":[40]},{"ints":[49]}],
   "expect":{"score":89},"within":1e-9},
  {"op":"anomaly.NabScore.evaluate","arrays":[one2,{"ints":[90]},{"ints":[0]},{"ints":[40]},{"ints":[49]}],"fails":"invalid_data"},
 ]},
 {"name":"ranges and volumes are perfect for a perfect answer and refuse what is none","source":"by hand","steps":[
  {"op":"anomaly.RangeScore.evaluate","arrays":[{"ints":[0,1,1,0,0,1]},{"ints":[0,1,1,0,0,1]}],"expect":{"precision":1,"recall":1,"f1":1}},
  {"op":"anomaly.RangeScore.evaluate","arrays":[{"ints":[0,1,1,0]},{"ints":[0,1,0,0]}],"expect":{"precision":1,"recall":0.5},"within":1e-12},
  {"op":"anomaly.RangeScore.evaluate","arrays":[{"ints":[0,1]},{"ints":[0,3]}],"fails":"invalid_data"},
  {"op":"anomaly.VolumeScore.evaluate","options":{"buffer":0},"arrays":[{"ints":[0,0,0,1,1,0,0,0]},[0,0,0,9,9,0,0,0]],"expect":{"vus_roc":1,"vus_pr":1},"within":1e-9},
  {"op":"anomaly.VolumeScore.evaluate","arrays":[{"ints":[0,0]},[1,2]],"fails":"not_enough_data"},
 ]},
]
json.dump(sc,(FOLDER / "scores.json").open("w"),indent=1); 
S="anomaly.StreamState"
flat=[[0.0]]*40
st=[
 {"name":"an EWMA chart alarms where the textbook's formula says","source":"by hand: z = 0.2 * 4 = 0.8 against 3 * sqrt(0.2 / 1.8 * (1 - 0.8^2)) = 0.6, so 0.8 / 1.4","steps":[
  {"op":"anomaly.Ewma.start","options":{"mean":0,"deviation":1},"as":"s"},
  {"op":f"{S}.update","on":"s","arrays":[[4]],"options":{"time":1393452300.0},"expect":{"score":0.5714285714285714,"is_anomaly":True,"note":"none"},"within":1e-9},
  {"op":f"{S}.update","on":"s","arrays":[["NaN"]],"expect":{"score":0,"is_anomaly":False,"note":"missing"}},
  {"op":f"{S}.update","on":"s","arrays":[[0]],"options":{"time":1393452000.0},"expect":{"note":"backwards"}},
  {"op":f"{S}.update","on":"s","arrays":[[0,1]],"fails":"invalid_data"},
  {"op":f"{S}.update","on":"s","arrays":[[0]],"options":{"time":1e12},"fails":"invalid_data"},
  {"op":f"{S}.events","on":"s","expect":3},
  {"op":f"{S}.columns","on":"s","expect":1},
  {"op":"anomaly.Ewma.start","options":{"rate":0},"fails":"invalid_config"}]},
 {"name":"a CUSUM alarms when the sums say so","source":"by hand: sums of 2 - 0.5 per event are 1.5, 3, 4.5, 6; the fourth exceeds 5, 6 / 11","steps":[
  {"op":"anomaly.Cusum.start","options":{"mean":0,"deviation":1},"as":"s"},
  {"op":f"{S}.update_batch","on":"s","arrays":[[[2],[2],[2],[2]]],"expect":[1.5/6.5,3/8,4.5/9.5,6/11],"within":1e-9},
  {"op":f"{S}.update_batch","on":"s","arrays":[[[2,3]]],"fails":"invalid_data"},
  {"op":"anomaly.Cusum.start","options":{"limit":0},"fails":"invalid_config"}]},
 {"name":"all that is known of a batch comes column by column","source":"by hand: as single events","steps":[
  {"op":"anomaly.Cusum.start","options":{"mean":0,"deviation":1},"as":"s"},
  {"op":f"{S}.update_all","on":"s","arrays":[[[2],["NaN"],[2],[2],[2]]],"options":{"times":[0,60,120,180,240]},"expect":{"anomalies":[4],"noted":[1],"notes":["missing"]}},
  {"op":f"{S}.update_all","on":"s","arrays":[[[2]]],"options":{"times":[0,60]},"fails":"invalid_data"}]},
]
# Streams of other programs: river's Page-Hinkley test, and ADWIN from its definition.
DATA = pathlib.Path(__file__).parent.parent / "data"
levels = json.loads((DATA / "streams.json").read_text())
peers = json.loads((DATA / "stream_peers.json").read_text())
values = [[value] for value in levels["values"]]
st += [
 {"name":"the Page-Hinkley test alarms where river's does","source":"river 0.26.1, tests/data/make_streams.py","steps":[
  step for case in levels["page_hinkley"] for step in (
   {"op":"anomaly.PageHinkley.start","options":{key:case[key] for key in("limit","slack","fading","direction")},"as":"s"},
   {"op":f"{S}.update_all","on":"s","arrays":[values],"expect":{"anomalies":case["rows"]}})]},
 {"name":"ADWIN alarms where its definition says","source":"the raw values of its window, tests/data/make_stream_peers.py","steps":[
  step for case in peers["adwin"] for step in (
   {"op":"anomaly.Adwin.start","options":{key:case[key] for key in("confidence","clock")},"as":"s"},
   {"op":f"{S}.update_all","on":"s","arrays":[values],"expect":{"anomalies":case["rows"]}})]},
]
for name,bad in {"StreamDetector":{"threshold":0},"PageHinkley":{"limit":0},"Adwin":{"confidence":0},"Spot":{"risk":0},"HalfSpaceTrees":{"trees":0},"RobustRandomCutForest":{"window":1}}.items():
    jump=[[float((i*37)%11)] for i in range(1400)]+[[400.0]]*(60 if name in("PageHinkley","Adwin") else 1)
    st.append({"name":f"{name} " + ("stays quiet on what repeats" if name in ("PageHinkley","Adwin") else "sees what jumps" if name in ("HalfSpaceTrees","RobustRandomCutForest") else "stays quiet on what repeats and sees what jumps"),"source":"by hand: the jump was put there","steps":[
      {"op":f"anomaly.{name}.start","as":"s"},
      {"op":f"{S}.update_all","on":"s","arrays":[jump[:1400]],**({"expect":{"anomalies":[]}} if name not in("HalfSpaceTrees","RobustRandomCutForest") else {"as":"before"})},
      {"op":f"{S}.update_all","on":"s","arrays":[jump[1400:]],**({"expect":{"anomalies":[0]}} if name not in("PageHinkley","Adwin") else {"as":"seen"})},
      {"op":f"anomaly.{name}.start","options":bad,"fails":"invalid_config"}]})
path={"path":"{tmp}/stream.inlaid"}
st.append({"name":"a stream is saved, goes on, and refuses what is not its own","source":"by hand: as the CUSUM above","steps":[
  {"op":"anomaly.Cusum.start","options":{"mean":0,"deviation":1},"as":"s"},
  {"op":f"{S}.update_batch","on":"s","arrays":[[[2],[2]]]},
  {"op":f"{S}.to_bytes","on":"s","as":"b"},
  {"op":f"{S}.from_bytes","arrays":[{"kept":"b"}],"as":"t"},
  {"op":f"{S}.update","on":"t","arrays":[[2]],"expect":{"score":4.5/9.5},"within":1e-9},
  {"op":f"{S}.save","on":"t","options":path},
  {"op":f"{S}.load","options":path,"as":"u"},
  {"op":f"{S}.update","on":"u","arrays":[[2]],"expect":{"score":6/11,"is_anomaly":True},"within":1e-9},
  {"op":f"{S}.from_bytes","arrays":[{"base64":"bm90IGEgbW9kZWw="}],"fails":"incompatible"},
  {"op":f"{S}.save","on":"s","options":{"path":"{tmp}/no/such/folder/m"},"fails":"not_found"},
  {"op":f"{S}.load","options":{"path":"{tmp}/nothing"},"fails":"not_found"}]})
json.dump(st,(FOLDER / "streams.json").open("w"))
A="anomaly.AlertState"
path={"path":"{tmp}/alerts.inlaid"}
t0=1393452300.0
al=[{"name":"scores become an incident, said in plain words","source":"by hand: 0.8 opens, 0.95 is graver, two below 0.3 close","steps":[
  {"op":"anomaly.AlertPolicy.start","options":{"close_after":2,"escalate_after":0},"as":"a"},
  {"op":f"{A}.update","on":"a","options":{"series":"cpu","score":0.2,"time":t0-60},"expect":[]},
  {"op":f"{A}.update","on":"a","options":{"series":"cpu","score":0.8,"time":t0,"value":80},"expect":[{"kind":"opened","time":t0,"incident":{"id":1,"severity":"warning","events":1}}]},
  {"op":f"{A}.update","on":"a","options":{"series":"disk","score":0.6,"time":t0+60},"expect":[{"kind":"joined","incident":{"id":1,"events":2}}]},
  {"op":f"{A}.update","on":"a","options":{"series":"cpu","score":0.95,"time":t0+120,"value":97.3,"expected":41.2,"lower":35.1,"upper":48},
   "expect":[{"kind":"escalated","incident":{"severity":"critical","summary":"Critical: cpu was 97.3 at 2014-02-26 22:07, expected 41.2 (usually 35.1 to 48). Also disk. Since 2014-02-26 22:05. 3 unusual events, highest score 0.95."}}]},
  {"op":f"{A}.open_incidents","on":"a","expect":[{"id":1,"closed":None,"members":[{"series":"cpu","peak_value":97.3},{"series":"disk"}]}]},
  {"op":f"{A}.to_bytes","on":"a","as":"b"},
  {"op":f"{A}.from_bytes","arrays":[{"kept":"b"}],"as":"c"},
  {"op":f"{A}.save","on":"c","options":path},
  {"op":f"{A}.load","options":path,"as":"d"},
  *[{"op":f"{A}.update","on":"d","options":{"series":s,"score":0.0,"time":t0+180+i*60},"expect":[]} for i,s in enumerate(["cpu","cpu","disk"])],
  {"op":f"{A}.update","on":"d","options":{"series":"disk","score":0.0,"time":t0+360},"expect":[{"kind":"closed","incident":{"closed":t0+360}}]},
  {"op":f"{A}.open_incidents","on":"d","expect":[]},
  {"op":f"{A}.from_bytes","arrays":[{"base64":"bm90IGEgbW9kZWw="}],"fails":"incompatible"},
  {"op":f"{A}.save","on":"a","options":{"path":"{tmp}/no/such/folder/m"},"fails":"not_found"},
  {"op":f"{A}.load","options":{"path":"{tmp}/nothing"},"fails":"not_found"},
  {"op":f"{A}.update","on":"a","options":{"series":"cpu","score":0.5,"time":1e12},"fails":"invalid_data"},
  {"op":f"{A}.update","on":"a","options":{"series":"cpu","scores":0.5},"fails":"invalid_config"}]},
 {"name":"suppressions and cool-downs keep quiet and are counted","source":"by hand","steps":[
  {"op":"anomaly.AlertPolicy.start","options":{"close_after":1,"cool_down":600,"suppressions":[{"begin":3600,"end":7200,"every":86400}]},"as":"a"},
  {"op":f"{A}.update","on":"a","options":{"series":"x","score":0.9,"time":90001},"expect":[]},
  {"op":f"{A}.suppressed","on":"a","expect":1},
  {"op":f"{A}.update","on":"a","options":{"series":"x","score":0.8,"time":100000},"expect":[{"kind":"opened"}]},
  {"op":f"{A}.update","on":"a","options":{"series":"x","score":0.0,"time":100060},"expect":[{"kind":"closed"}]},
  {"op":f"{A}.update","on":"a","options":{"series":"x","score":0.8,"time":100120},"expect":[]},
  {"op":f"{A}.cooled","on":"a","expect":1},
  {"op":"anomaly.AlertPolicy.start","options":{"close_below":0.9},"fails":"invalid_config","contains":"close_below"},
  {"op":"anomaly.AlertPolicy.start","options":{"suppressions":[{"begin":2,"end":1}]},"fails":"invalid_config"}]},
]
W="anomaly.WatchState"
n=60
tbl={"timestamp":[f"2024-03-01 {i//60:02d}:{i%60:02d}:00" for i in range(n)],"cpu":[40.0]*50+[40+9.0]*3+[40.0]*7,"disk":[5.0]*n}
watch={"detector":{"Ewma":{"mean":40,"deviation":1,"rate":1}},"policy":{"close_after":1}}
disk=[40.0]*n
tbl["disk"]=disk
path={"path":"{tmp}/watch.inlaid"}
al.append({"name":"a watch replays a table, draws it, and goes on","source":"by hand: with rate 1 the chart is |x - 40| against 3, so 9 scores 9 / 12 and 40 scores 0","steps":[
  {"op":"anomaly.Watch.start","options":watch,"as":"w"},
  {"op":f"{W}.replay","on":"w","arrays":[{"columns":tbl}],"as":"r","expect":{"series":["cpu","disk"],"anomalies":[100,102,104],
     "incidents":[{"id":1,"severity":"warning","opened":1709254200.0,"closed":1709254380.0,"peak_score":0.75,"events":3,
       "summary":"Warning: cpu was 49 at 2024-03-01 00:50, expected 40 (usually 37 to 43). From 2024-03-01 00:50 to 2024-03-01 00:53 (3 min). 3 unusual events, highest score 0.75."}]},"within":1e-9},
  {"op":"anomaly.WatchReport.to_svg","on":"r","options":{"series":"cpu","title":"Load"},"contains":"incident"},
  {"op":"anomaly.WatchReport.to_svg","on":"r","options":{"series":"gpu"},"fails":"invalid_config"},
  {"op":"anomaly.WatchReport.to_html","on":"r","contains":"cpu: scores"},
  {"op":"anomaly.WatchReport.to_html","on":"r","options":{"series":"gpu"},"fails":"invalid_config"},
  {"op":"anomaly.WatchReport.events_table","on":"r","within":1e-12,"expect":{"columns":{
     "series":["cpu","disk"]*n,"value":[tbl[name][row] for row in range(n) for name in ("cpu","disk")],
     "score":[abs(tbl[name][row]-40)/(abs(tbl[name][row]-40)+3) for row in range(n) for name in ("cpu","disk")],
     "is_anomaly":[tbl[name][row]==49 for row in range(n) for name in ("cpu","disk")],
     "expected":[40]*2*n,"lower":[37]*2*n,"upper":[43]*2*n}}},
  {"op":"anomaly.WatchReport.incidents_table","on":"r","within":1e-12,"expect":{"columns":{
     "id":[1],"severity":["warning"],"series":["cpu"],"events":[3],"peak_score":[0.75],
     "summary":["Warning: cpu was 49 at 2024-03-01 00:50, expected 40 (usually 37 to 43). From 2024-03-01 00:50 to 2024-03-01 00:53 (3 min). 3 unusual events, highest score 0.75."]}}},
  {"op":f"{W}.series","on":"w","expect":["cpu","disk"]},
  {"op":f"{W}.silenced","on":"w","expect":0},
  {"op":f"{W}.update","on":"w","options":{"time":1709254800.0},"arrays":[{"texts":["cpu","disk"]},[49,"NaN"]],
    "expect":{"scores":[{"score":0.75,"is_anomaly":True},{"score":0,"note":"missing"}],"notices":[{"kind":"opened","incident":{"id":2}}]},"within":1e-9},
  {"op":f"{W}.open_incidents","on":"w","expect":[{"id":2}]},
  {"op":f"{W}.to_bytes","on":"w","as":"b"},
  {"op":f"{W}.from_bytes","arrays":[{"kept":"b"}],"as":"x"},
  {"op":f"{W}.save","on":"x","options":path},
  {"op":f"{W}.load","options":path,"as":"y"},
  {"op":f"{W}.update","on":"y","options":{"time":1709254860.0},"arrays":[{"texts":["cpu"]},[40]],"expect":{"notices":[{"kind":"closed"}]}},
  {"op":f"{W}.update","on":"w","arrays":[{"texts":["cpu","disk"]},[1]],"fails":"invalid_data"},
  {"op":f"{W}.replay","on":"w","arrays":[{"columns":{"timestamp":["soon"],"cpu":[1]}}],"fails":"invalid_data","contains":"soon"},
  {"op":f"{W}.replay","on":"w","arrays":[{"columns":{"when":["soon"],"cpu":[1]}}],"fails":"invalid_data","contains":"timestamp"},
  {"op":f"{W}.from_bytes","arrays":[{"base64":"bm90IGEgbW9kZWw="}],"fails":"incompatible"},
  {"op":f"{W}.save","on":"w","options":{"path":"{tmp}/no/such/folder/m"},"fails":"not_found"},
  {"op":f"{W}.load","options":{"path":"{tmp}/nothing"},"fails":"not_found"},
  {"op":"anomaly.Watch.start","options":{**watch,"policy":{"suppressions":[{"begin":1709254200,"end":1709254320}]}},"as":"quiet"},
  {"op":f"{W}.replay","on":"quiet","arrays":[{"columns":tbl}],"as":"q","expect":{"anomalies":[100,102,104],"silenced":[100,102],
     "incidents":[{"opened":1709254320.0,"events":1}]}},
  {"op":"anomaly.WatchReport.to_svg","on":"q","options":{"series":"cpu"},"contains":"silenced"},
  {"op":"anomaly.WatchReport.to_html","on":"q","contains":"2 unusual events silenced"},
  {"op":f"{W}.silenced","on":"quiet","expect":2},
  {"op":"anomaly.Watch.start","options":{"policy":{"open_after":2}},"fails":"invalid_config"},
  {"op":"anomaly.Watch.start","options":{"detector":{"Ewma":{"rate":0}}},"fails":"invalid_config"}]})
json.dump(al,(FOLDER / "alerts.json").open("w"),indent=1)
