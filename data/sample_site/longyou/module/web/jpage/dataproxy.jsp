<?xml version="1.0" encoding="utf-8"?>
<datastore><totalrecord>4</totalrecord><totalpage>2</totalpage><recordset>
<record><![CDATA[<li><a href="../../../art/2021/1/25/art_1229114055_3847104.html" title="龙游县横山镇人民政府2020年政府信息公开工作年度报告" target="_blank">龙游县横山镇人民政府2020年政府信息公开工作年度报告</a><span>2021-01-25</span></li>]]></record>
<record><![CDATA[<li><a href="../../../col/col1229114055/zfxxgkzn.html" title="龙游县横山镇人民政府政府信息公开指南" target="_blank">龙游县横山镇人民政府政府信息公开指南</a><span>2020-05-15</span></li>]]></record>
</recordset></datastore>
