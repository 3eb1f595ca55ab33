<?xml version="1.0" encoding="utf-8"?>
<datastore><totalrecord>4</totalrecord><totalpage>2</totalpage><recordset>
<record><![CDATA[<li><a href="../../../art/2017/3/9/art_1389_1042217.html" title="[甘霖镇]2016年政府信息公开工作年度报告" target="_blank">[甘霖镇]2016年政府信息公开工作年度报告</a><span>2017-03-09</span></li>]]></record>
<record><![CDATA[<li><a href="../../../col/col1389/zfxxgkzn.html" title="嵊州市甘霖镇人民政府政府信息公开指南" target="_blank">嵊州市甘霖镇人民政府政府信息公开指南</a><span>2020-05-15</span></li>]]></record>
</recordset></datastore>
