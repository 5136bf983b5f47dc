"""The vocabulary of the `.riv` format: written by tools/riv_schema.py, not by hand.

One type a line: name, key, the type it extends (or -), its own properties as name:key:wire or
name:key:wire=default, where a default of nothing is left out. Wires: u unsigned, b bool, s text,
y bytes, f float, c colour. A star marks a type that no file holds; 13/9 is an older second key.

Derived from the definition files of the Rive runtime (dev/defs, commit 89c04af7), which are under
this licence:

MIT License

Copyright (c) 2020 Rive

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

# ruff: noqa: E501 - one type, one line

SCHEMA = """\
Artboard 1 LayoutComponent originX:11:f originY:12:f defaultStateMachineId:236:u=4294967295 viewModelId:583:u=4294967295
Node 2 TransformComponent x:13/9:f y:14/10:f computedLocalX:806:f computedLocalY:807:f computedWorldX:808:f computedWorldY:809:f computedRootX:864:f computedRootY:865:f computedWidth:810:f computedHeight:811:f
Shape 3 Drawable length:781:f
Ellipse 4 ParametricPath
StraightVertex 5 PathVertex radius:26:f
CubicDetachedVertex 6 CubicVertex inRotation:84:f inDistance:85:f outRotation:86:f outDistance:87:f
Rectangle 7 ParametricPath linkCornerRadius:164:b=true cornerRadiusTL:31:f cornerRadiusTR:161:f cornerRadiusBL:162:f cornerRadiusBR:163:f
Triangle 8 ParametricPath
*BindableProperty 9 -
*Component 10 - name:4:s parentId:5:u
*ContainerComponent 11 Component
*Path 12 Node pathFlags:128:u isHole:770:b
*Drawable 13 Node blendModeValue:23:u=3 drawableFlags:129:u
*PathVertex 14 Vertex
*ParametricPath 15 Path width:20:f height:21:f originX:123:f=0.5 originY:124:f=0.5
PointsPath 16 PointsCommonPath
RadialGradient 17 LinearGradient
SolidColor 18 Component colorValue:37:c=0xFF747474
GradientStop 19 Component colorValue:38:c=0xFFFFFFFF position:39:f
Fill 20 ShapePaint fillRule:40:u
*ShapePaint 21 ContainerComponent isVisible:41:b=true blendModeValue:747:u=127
LinearGradient 22 ContainerComponent startX:42:f startY:33:f endX:34:f endY:35:f opacity:46:f=1.0
Backboard 23 -
Stroke 24 ShapePaint thickness:47:f=1.0 cap:48:u join:49:u transformAffectsStroke:50:b=true
KeyedObject 25 - objectId:51:u
KeyedProperty 26 - propertyKey:53:u
Animation 27 - name:55:s
CubicEaseInterpolator 28 CubicInterpolator
*KeyFrame 29 - frame:67:u
KeyFrameDouble 30 InterpolatingKeyFrame value:70:f
LinearAnimation 31 LinearAnimationResolver fps:56:u=60 duration:57:u=60 speed:58:f=1.0 loopValue:59:u workStart:60:u=4294967295 workEnd:61:u=4294967295 enableWorkArea:62:b quantize:376:b
CubicAsymmetricVertex 34 CubicVertex rotation:79:f inDistance:80:f outDistance:81:f
CubicMirroredVertex 35 CubicVertex rotation:82:f distance:83:f
*CubicVertex 36 PathVertex
KeyFrameColor 37 InterpolatingKeyFrame value:88:c
*TransformComponent 38 WorldTransformComponent rotation:15:f scaleX:16:f=1.0 scaleY:17:f=1.0
*SkeletalComponent 39 TransformComponent
Bone 40 SkeletalComponent length:89:f
RootBone 41 Bone x:90:f y:91:f
ClippingShape 42 Component sourceId:92:u=4294967295 fillRule:93:u isVisible:94:b=true
Skin 43 ContainerComponent xx:104:f=1.0 yx:105:f xy:106:f yy:107:f=1.0 tx:108:f ty:109:f
Tendon 44 Component boneId:95:u=4294967295 xx:96:f=1.0 yx:97:f xy:98:f yy:99:f=1.0 tx:100:f ty:101:f
Weight 45 Component values:102:u=255 indices:103:u=1
CubicWeight 46 Weight inValues:110:u=255 inIndices:111:u=1 outValues:112:u=255 outIndices:113:u=1
TrimPath 47 Component start:114:f end:115:f offset:116:f modeValue:117:u
DrawTarget 48 Component drawableId:119:u=4294967295 placementValue:120:u
DrawRules 49 ContainerComponent drawTargetId:121:u=4294967295
KeyFrameId 50 InterpolatingKeyFrame value:122:u=4294967295
Polygon 51 ParametricPath points:125:u=5 cornerRadius:126:f
Star 52 Polygon innerRadius:127:f=0.5
StateMachine 53 StateMachineResolver
*StateMachineComponent 54 - name:138:s
*StateMachineInput 55 StateMachineComponent
StateMachineNumber 56 StateMachineInput value:140:f
StateMachineLayer 57 StateMachineComponent
StateMachineTrigger 58 StateMachineInput
StateMachineBool 59 StateMachineInput value:141:b
*LayerState 60 StateMachineLayerComponent flags:536:u
AnimationState 61 AdvanceableState animationId:149:u=4294967295
AnyState 62 LayerState
EntryState 63 LayerState
ExitState 64 LayerState
StateTransition 65 StateMachineLayerComponent stateToId:151:u=4294967295 flags:152:u duration:158:u exitTime:160:u interpolationType:349:u=1 interpolatorId:350:u=4294967295 randomWeight:537:u=1
*StateMachineLayerComponent 66 -
*TransitionInputCondition 67 TransitionCondition inputId:155:u=4294967295
TransitionTriggerCondition 68 TransitionInputCondition
*TransitionValueCondition 69 TransitionInputCondition opValue:156:u
TransitionNumberCondition 70 TransitionValueCondition value:157:f
TransitionBoolCondition 71 TransitionValueCondition
*BlendState 72 LayerState
BlendStateDirect 73 BlendState
*BlendAnimation 74 - animationId:165:u=4294967295
BlendAnimation1D 75 BlendAnimation value:166:f
BlendState1DInput 76 BlendState1D inputId:167:u=4294967295
BlendAnimationDirect 77 BlendAnimation inputId:168:u=4294967295 mixValue:297:f=100.0 blendSource:298:u
BlendStateTransition 78 StateTransition exitBlendAnimationId:171:u=4294967295
*Constraint 79 Component strength:172:f=1.0
*TargetedConstraint 80 Constraint targetId:173:u=4294967295
IKConstraint 81 TargetedConstraint invertDirection:174:b parentBoneCount:175:u
DistanceConstraint 82 TargetedConstraint distance:177:f=100.0 modeValue:178:u
TransformConstraint 83 TransformSpaceConstraint originX:372:f originY:373:f
KeyFrameBool 84 InterpolatingKeyFrame value:181:b
*TransformComponentConstraint 85 TransformSpaceConstraint minMaxSpaceValue:195:u copyFactor:182:f=1.0 minValue:183:f maxValue:184:f offset:188:b doesCopy:189:b=true min:190:b max:191:b
*TransformComponentConstraintY 86 TransformComponentConstraint copyFactorY:185:f=1.0 minValueY:186:f maxValueY:187:f doesCopyY:192:b=true minY:193:b maxY:194:b
TranslationConstraint 87 TransformComponentConstraintY
ScaleConstraint 88 TransformComponentConstraintY
RotationConstraint 89 TransformComponentConstraint
*TransformSpaceConstraint 90 TargetedConstraint sourceSpaceValue:179:u destSpaceValue:180:u
*WorldTransformComponent 91 ContainerComponent opacity:18:f=1.0
NestedArtboard 92 Drawable artboardId:197:u=4294967295 dataBindPathIds:582:y isPaused:895:b speed:907:f=1.0 quantize:908:f=-1.0 isStateful:1014:b
*NestedAnimation 93 ContainerComponent animationId:198:u=4294967295
NestedStateMachine 95 NestedAnimation
NestedSimpleAnimation 96 NestedLinearAnimation speed:199:f=1.0 isPlaying:201:b
*NestedLinearAnimation 97 NestedAnimation mix:200:f=1.0
NestedRemapAnimation 98 NestedLinearAnimation time:202:f
*Asset 99 - name:203:s
Image 100 Drawable assetId:206:u=4294967295 originX:380:f=0.5 originY:381:f=0.5 fit:974:u alignmentX:975:f alignmentY:976:f samplerFilter:1076:u samplerWrapX:1077:u samplerWrapY:1078:u
*ColorChannels 101 - colorRed:118:u colorGreen:136:u colorBlue:210:u colorAlpha:218:u
Folder 102 Asset
*FileAsset 103 Asset assetId:204:u cdnUuid:359:y cdnBaseUrl:362:s=https://public.rive.app/cdn/uuid
*DrawableAsset 104 FileAsset height:207:f width:208:f
ImageAsset 105 DrawableAsset samplerFilter:1073:u samplerWrapX:1074:u samplerWrapY:1075:u
FileAssetContents 106 - bytes:212:y signature:911:y
*Vertex 107 ContainerComponent x:24:f y:25:f
MeshVertex 108 Vertex u:215:f v:216:f
Mesh 109 ContainerComponent triangleIndexBytes:223:y
ContourMeshVertex 111 MeshVertex
ForcedEdge 112 Component fromId:219:u toId:220:u
StateMachineListenerSingle 114 StateMachineListener listenerTypeValue:225:u eventId:399:u=4294967295 viewModelPathIds:868:y
ListenerTriggerChange 115 ListenerInputChange
*ListenerInputChange 116 ListenerAction inputId:227:u=4294967295 nestedInputId:400:u=4294967295
ListenerBoolChange 117 ListenerInputChange value:228:u=1
ListenerNumberChange 118 ListenerInputChange value:229:f
LayeredAsset 119 DrawableAsset
LayerImageAsset 120 ImageAsset
*NestedInput 121 Component inputId:237:u=4294967295
NestedTrigger 122 NestedInput fire:401:u
NestedBool 123 NestedInput nestedValue:238:b
NestedNumber 124 NestedInput nestedValue:239:f
*ListenerAction 125 - flags:980:u
ListenerAlignTarget 126 ListenerAction targetId:240:u=4294967295 preserveOffset:541:b
CustomPropertyNumber 127 CustomProperty propertyValue:243:f
Event 128 CustomPropertyGroup trigger:395:u
CustomPropertyBoolean 129 CustomProperty propertyValue:245:b
CustomPropertyString 130 CustomProperty propertyValue:246:s
OpenUrlEvent 131 Event url:248:s targetValue:249:u
SVGAsset 132 DrawableAsset
LottieAsset 133 DrawableAsset
Text 134 Drawable alignValue:281:u sizingValue:284:u overflowValue:287:u width:285:f height:286:f originX:366:f originY:367:f paragraphSpacing:371:f originValue:377:u wrapValue:683:u verticalAlignValue:685:u fitFromBaseline:703:b=true textRunListSource:932:u=4294967295 verticalTrimValue:1026:u verticalTrimTopValue:1027:u verticalTrimBottomValue:1028:u
TextValueRun 135 Component styleId:272:u=4294967295 text:268:s
TextStylePaint 137 TextStyle
CubicValueInterpolator 138 CubicInterpolator
*CubicInterpolator 139 KeyFrameInterpolator x1:63:f=0.42 y1:64:f x2:65:f=0.58 y2:66:f=1.0
Guide 140 Component
FontAsset 141 FileAsset
KeyFrameString 142 InterpolatingKeyFrame value:280:s
AnimationFolder 143 Animation
TextStyleAxis 144 Component tag:289:u axisValue:288:f
*AdvanceableState 145 LayerState speed:292:f=1.0
ClipboardHeader 146 -
Solo 147 Node activeComponentId:296:u
Joystick 148 Component x:299:f y:300:f posX:303:f posY:304:f originX:307:f=0.5 originY:308:f=0.5 width:305:f=100.0 height:306:f=100.0 xId:301:u=4294967295 yId:302:u=4294967295 joystickFlags:312:u handleSourceId:313:u=4294967295
StateMachineInputFolder 149 StateMachineComponentFolder
StateMachineListenerFolder 150 StateMachineComponentFolder
StateMachineComponentFolder 151 StateMachineComponent
TextModifierRange 158 ContainerComponent modifyFrom:327:f modifyTo:336:f=1.0 strength:334:f=1.0 unitsValue:316:u typeValue:325:u modeValue:326:u clamp:333:b falloffFrom:317:f falloffTo:318:f=1.0 offset:319:f runId:378:u=4294967295
TextModifierGroup 159 ContainerComponent modifierFlags:335:u originX:328:f originY:329:f opacity:324:f=1.0 x:322:f y:323:f rotation:332:f scaleX:330:f=1.0 scaleY:331:f=1.0
*TextModifier 160 Component
*TextShapeModifier 161 TextModifier
TextVariationModifier 162 TextShapeModifier axisTag:320:u axisValue:321:f
CubicInterpolatorComponent 163 Component x1:337:f=0.42 y1:338:f x2:339:f=0.58 y2:340:f=1.0
TextStyleFeature 164 Component tag:356:u featureValue:357:u=1
FollowPathConstraint 165 TransformSpaceConstraint distance:363:f orient:364:b=true offset:365:b
Tag 166 -
*CustomProperty 167 Component
ListenerFireEvent 168 ListenerAction eventId:389:u=4294967295
StateMachineFireEvent 169 StateMachineFireAction eventId:392:u=4294967295
*InterpolatingKeyFrame 170 KeyFrame interpolationType:68:u interpolatorId:69:u=4294967295
KeyFrameCallback 171 KeyFrame
StateMachineComponentNestedArtboard 172 StateMachineComponentFolder
StateMachineNestedInput 173 StateMachineComponent
ElasticInterpolator 174 KeyFrameInterpolator easingValue:405:u=1 amplitude:406:f=1.0 period:407:f=1.0
*KeyFrameInterpolator 175 -
AudioAsset 406 ExportAudio
AudioEvent 407 Event assetId:408:u=4294967295
LayoutComponent 409 Drawable clip:196:b width:7:f height:8:f styleId:494:u=4294967295 fractionalWidth:706:f=1.0 fractionalHeight:707:f=1.0
LayoutComponentStyle 420 LayoutSizingStyle gapHorizontal:498:f gapVertical:499:f borderLeft:504:f borderRight:505:f borderTop:506:f borderBottom:507:f marginLeft:508:f marginRight:509:f marginTop:510:f marginBottom:511:f paddingLeft:512:f paddingRight:513:f paddingTop:514:f paddingBottom:515:f positionLeft:516:f positionRight:517:f positionTop:518:f positionBottom:519:f positionLeftUnitsValue:621:u positionRightUnitsValue:622:u positionTopUnitsValue:623:u positionBottomUnitsValue:624:u flexBasis:523:f aspectRatio:524:f interpolatorId:591:u=4294967295 interpolationTime:592:f flexBasisUnitsValue:705:u=3 layoutAlignmentType:632:u animationStyleType:589:u interpolationType:590:u positionTypeValue:597:u=1 flexDirectionValue:598:u=2 directionValue:599:u flexWrapValue:604:u overflowValue:605:u intrinsicallySizedValue:606:b borderLeftUnitsValue:609:u borderRightUnitsValue:610:u borderTopUnitsValue:611:u borderBottomUnitsValue:612:u marginLeftUnitsValue:613:u marginRightUnitsValue:614:u marginTopUnitsValue:615:u marginBottomUnitsValue:616:u paddingLeftUnitsValue:617:u paddingRightUnitsValue:618:u paddingTopUnitsValue:619:u paddingBottomUnitsValue:620:u gapHorizontalUnitsValue:625:u gapVerticalUnitsValue:626:u justifyItemsValue:1045:u=7 layoutTypeValue:1059:u linkCornerRadius:639:b=true cornerRadiusTL:640:f cornerRadiusTR:641:f cornerRadiusBL:642:f cornerRadiusBR:643:f
*ExportAudio 422 FileAsset volume:530:f=1.0
ViewModelInstanceColor 426 ViewModelInstanceValue propertyValue:555:c=0xFF000000
ViewModelInstanceListItem 427 - viewModelId:549:u=4294967295 viewModelInstanceId:550:u=4294967295
ViewModelInstanceValue 428 Component viewModelPropertyId:554:u
ViewModelComponent 429 - name:557:s
ViewModelProperty 430 ViewModelComponent symbolTypeValue:875:u componentProps:957:u
ViewModelPropertyNumber 431 ViewModelProperty
ViewModelInstanceEnum 432 ViewModelInstanceValue propertyValue:560:u
ViewModelInstanceString 433 ViewModelInstanceValue propertyValue:561:s
ViewModelPropertyList 434 ViewModelProperty
ViewModel 435 ViewModelComponent viewModelType:981:u
ViewModelPropertyViewModel 436 ViewModelProperty viewModelReferenceId:565:u
ViewModelInstance 437 ContainerComponent viewModelId:566:u
DataEnumCustom 438 DataEnum name:572:s
ViewModelPropertyEnumCustom 439 ViewModelPropertyEnum enumId:574:u=4294967295
ViewModelPropertyColor 440 ViewModelProperty
ViewModelInstanceList 441 ViewModelInstanceValue listSource:966:u=4294967295
ViewModelInstanceNumber 442 ViewModelInstanceValue propertyValue:575:f
ViewModelPropertyString 443 ViewModelProperty
ViewModelInstanceViewModel 444 ViewModelInstanceValue propertyValue:577:u
DataEnumValue 445 - key:578:s value:579:s
DataBind 446 - propertyKey:586:u flags:587:u converterId:660:u=4294967295
DataBindContext 447 DataBind sourcePathIds:588:y
ViewModelPropertyBoolean 448 ViewModelProperty
ViewModelInstanceBoolean 449 ViewModelInstanceValue propertyValue:593:b
KeyFrameUint 450 InterpolatingKeyFrame value:631:u
NestedArtboardLeaf 451 NestedArtboard fit:538:u alignmentX:644:f alignmentY:645:f
NestedArtboardLayout 452 NestedArtboard instanceWidth:663:f=-1.0 instanceHeight:664:f=-1.0 instanceWidthUnitsValue:665:u=1 instanceHeightUnitsValue:666:u=1 instanceWidthScaleType:667:u instanceHeightScaleType:668:u
BindablePropertyString 471 BindableProperty propertyValue:635:s
BindablePropertyBoolean 472 BindableProperty propertyValue:634:b
BindablePropertyNumber 473 BindableProperty propertyValue:636:f
BindablePropertyEnum 474 BindableProperty propertyValue:637:u=4294967295
BindablePropertyColor 475 BindableProperty propertyValue:638:c=0xFF1D1D1D
*TransitionCondition 476 -
*TransitionComparator 477 -
*TransitionPropertyComparator 478 TransitionComparator
TransitionPropertyViewModelComparator 479 TransitionPropertyComparator
*TransitionValueComparator 480 TransitionComparator
TransitionValueBooleanComparator 481 TransitionValueComparator value:647:b
TransitionViewModelCondition 482 TransitionCondition opValue:650:u
TransitionValueColorComparator 483 TransitionValueComparator value:651:c=0xFF1D1D1D
TransitionValueNumberComparator 484 TransitionValueComparator value:652:f
TransitionValueEnumComparator 485 TransitionValueIdComparator
TransitionValueStringComparator 486 TransitionValueComparator value:654:s
ListenerViewModelChange 487 ListenerAction
*DataConverter 488 - name:662:s
DataConverterRounder 489 DataConverter decimals:669:u
DataConverterToString 490 DataConverter flags:764:u decimals:765:u colorFormat:766:s
NSlicerTileMode 491 Component patchIndex:672:u style:673:u
*Axis 492 Component offset:675:f normalized:676:b
NSlicer 493 ContainerComponent
AxisY 494 Axis
AxisX 495 Axis
TransitionPropertyArtboardComparator 496 TransitionPropertyComparator propertyType:677:u
TransitionArtboardCondition 497 TransitionViewModelCondition
DataConverterGroupItem 498 - converterId:679:u=4294967295
DataConverterGroup 499 DataConverter
DataConverterOperationValue 500 DataConverterOperation operationValue:681:f=1.0
ViewModelInstanceTrigger 501 ViewModelInstanceValue propertyValue:687:u fire:1016:u
ViewModelPropertyTrigger 502 ViewModelProperty
BindablePropertyTrigger 503 BindablePropertyInteger
DataConverterTrigger 504 DataConverter
TransitionValueTriggerComparator 505 TransitionValueComparator value:689:u
DashPath 506 ContainerComponent offset:690:f offsetIsPercentage:691:b
Dash 507 Component length:692:f lengthIsPercentage:693:b
NSlicedNode 508 Node initialWidth:697:f initialHeight:698:f width:699:f height:700:f
ViewModelPropertyEnum 509 ViewModelProperty
DataEnum 510 -
ViewModelPropertyEnumSystem 511 ViewModelPropertyEnum enumType:708:u
DataEnumSystem 512 DataEnum enumType:709:u
ForegroundLayoutDrawable 513 Drawable
DataConverterSystemDegsToRads 514 DataConverterOperationValue
DataConverterSystemNormalizer 515 DataConverterOperationValue
DataConverterOperation 516 DataConverter operationType:682:u
DataConverterOperationViewModel 517 DataConverterOperation sourcePathIds:711:y
DataConverterRangeMapper 519 DataConverter interpolationType:713:u=1 interpolatorId:714:u=4294967295 flags:715:u minInput:716:f=1.0 maxInput:717:f=1.0 minOutput:718:f=1.0 maxOutput:719:f=1.0
*DraggableConstraint 520 Constraint directionValue:722:u=1
ScrollConstraint 521 DraggableConstraint scrollOffsetX:759:f scrollOffsetY:760:f scrollPercentX:761:f scrollPercentY:762:f scrollIndex:763:f snap:724:b physicsTypeValue:727:u physicsId:726:u=4294967295 virtualize:850:b virtualizeBuffer:221:u infinite:851:b interactive:891:b=true threshold:894:f velocityX:1023:f velocityY:1024:f scrollActive:1025:b dragMultiplier:1029:f=1.0 computedContentWidth:1069:f computedContentHeight:1070:f
ScrollBarConstraint 522 DraggableConstraint scrollConstraintId:725:u=4294967295 autoSize:734:b=true
*ScrollPhysics 523 Component constraintId:731:u=4294967295
ClampedScrollPhysics 524 ScrollPhysics
ElasticScrollPhysics 525 ScrollPhysics friction:728:f=8.0 speedMultiplier:729:f=1.0 elasticFactor:730:f=0.66
*BlendState1D 527 BlendState
BlendState1DViewModel 528 BlendState1D
ScriptAsset 529 TextAsset generatorFunctionRef:893:u isModule:914:b serializedImplementedMethods:1022:u=2097151
DataConverterStringPad 530 DataConverter length:743:u=1 text:744:s padType:745:u
DataConverterStringRemoveZeros 531 DataConverter
DataConverterStringTrim 532 DataConverter trimType:746:u=1
Feather 533 ContainerComponent spaceValue:748:u strength:749:f=12.0 offsetX:750:f offsetY:751:f inner:752:b
DataConverterInterpolator 534 DataConverter interpolationType:757:u=1 interpolatorId:758:u=4294967295 duration:756:f=1.0
DataConverterBooleanNegate 535 DataConverter
DataConverterFormula 536 DataConverter randomModeValue:887:u
FormulaToken 537 -
FormulaTokenArgumentSeparator 538 FormulaToken
FormulaTokenParenthesis 539 FormulaToken
FormulaTokenParenthesisClose 540 FormulaTokenParenthesis
FormulaTokenOperation 541 FormulaToken operationType:775:u
FormulaTokenFunction 542 FormulaTokenParenthesis functionType:776:u
FormulaTokenValue 543 FormulaToken operationValue:777:f=1.0
FormulaTokenParenthesisOpen 544 FormulaTokenParenthesis
FormulaTokenInput 545 FormulaToken
*TextTargetModifier 546 TextModifier targetId:778:u=4294967295
TextFollowPathModifier 547 TextTargetModifier radial:779:b orient:782:b=true start:783:f end:784:f=1.0 strength:785:f=1.0 offset:786:f
CustomPropertyGroup 548 ContainerComponent
*LinearAnimationResolver 550 Animation
*StateMachineResolver 551 Animation
LibraryAsset 558 FileAsset libraryId:798:u libraryVersionId:799:u
ArtboardComponentList 559 Drawable listSource:800:u=4294967295
*ViewModelPropertySymbol 563 ViewModelProperty
ViewModelPropertySymbolListIndex 564 ViewModelPropertySymbol
*ViewModelInstanceSymbol 565 ViewModelInstanceValue
ViewModelInstanceSymbolListIndex 566 ViewModelInstanceSymbol propertyValue:814:u
BindablePropertyInteger 567 BindableProperty propertyValue:686:u
DataConverterNumberToList 568 DataConverter viewModelId:816:u=4294967295
TextInput 569 Drawable text:817:s selectionRadius:818:f=5.0 multiline:979:b=true
*TextInputDrawable 570 Drawable
TextInputCursor 571 TextInputDrawable
TextInputText 572 TextInputDrawable
TextStyle 573 ContainerComponent fontSize:274:f=12.0 lineHeight:370:f=-1.0 letterSpacing:390:f fontAssetId:279:u=4294967295
TextInputSelection 574 TextInputDrawable
TextInputSelectedText 575 TextInputDrawable
ViewModelPropertyAsset 584 ViewModelProperty
ViewModelPropertyAssetImage 585 ViewModelPropertyAsset
ViewModelInstanceAsset 586 ViewModelInstanceValue propertyValue:824:u=4294967295
ViewModelInstanceAssetImage 587 ViewModelInstanceAsset
BindablePropertyAsset 588 BindablePropertyId
BindablePropertyList 590 BindableProperty propertyValue:835:u=4294967295
DataConverterListToLength 591 DataConverter
CustomPropertyColor 592 CustomProperty propertyValue:836:c=0xFF1D1D1D
TransitionSelfComparator 593 TransitionComparator
*BindablePropertyId 596 BindableProperty propertyValue:823:u=4294967295
BindablePropertyArtboard 597 BindablePropertyId
ViewModelPropertyArtboard 598 ViewModelProperty
ViewModelInstanceArtboard 599 ViewModelInstanceValue propertyValue:846:u=4294967295
TransitionValueIdComparator 601 TransitionValueComparator value:653:u=4294967295
TransitionValueAssetComparator 602 TransitionValueIdComparator
ScriptedDrawable 603 Drawable scriptAssetId:848:u=4294967295
ArtboardComponentListOverride 606 Component artboardId:858:u=4294967295 instanceWidth:859:f=-1.0 instanceHeight:860:f=-1.0 instanceWidthUnitsValue:856:u=1 instanceHeightUnitsValue:861:u=1 instanceWidthScaleType:862:u instanceHeightScaleType:863:u
ScriptInputNumber 611 CustomPropertyNumber
ScriptInputViewModelProperty 612 CustomProperty dataBindPathIds:866:y
CustomPropertyTrigger 613 CustomProperty fire:869:u propertyValue:870:u
StateMachineFireTrigger 614 StateMachineFireAction viewModelPathIds:871:y
*StateMachineFireAction 615 - occursValue:393:u
CustomPropertyEnum 616 CustomProperty propertyValue:872:u=4294967295 enumId:873:u=4294967295
DataConverterToNumber 617 DataConverter
ScriptInputTrigger 618 CustomPropertyTrigger
ListPath 619 PointsCommonPath listSource:874:u=4294967295
*PointsCommonPath 620 Path isClosed:32:b
ScriptInputArtboard 621 CustomProperty artboardId:876:u=4294967295
ListFollowPathConstraint 625 FollowPathConstraint distanceEnd:888:f=1.0 distanceOffset:889:f
ScriptInputColor 626 CustomPropertyColor
ScriptInputString 627 CustomPropertyString
ScriptedDataConverter 629 DataConverter scriptAssetId:892:u=4294967295
TransitionValueArtboardComparator 630 TransitionValueIdComparator
ScriptInputBoolean 631 CustomPropertyBoolean
ScriptedLayout 637 ScriptedDrawable
ScriptedPathEffect 640 ContainerComponent scriptAssetId:912:u=4294967295
ManifestAsset 642 FileAsset
DataBindPath 643 - path:920:y isRelative:921:b
TargetEffect 644 Component targetId:922:u=4294967295
GroupEffect 645 ContainerComponent
ScriptedListenerAction 646 ListenerAction scriptAssetId:930:u=4294967295
ScriptedTransitionCondition 647 TransitionCondition scriptAssetId:931:u=4294967295
ArtboardListMapRule 648 Component artboardId:934:u=4294967295 viewModelId:935:u=4294967295
BlobAsset 649 FileAsset
ProfilerAsset 651 FileAsset
FocusActionTarget 652 FocusAction targetId:952:u=4294967295
FocusData 653 Component focusFlags:1033:u=7 canFocus:953:b canTouch:954:b canTraverse:955:b edgeBehaviorValue:956:u
StateMachineListener 654 StateMachineComponent targetId:224:u=4294967295
ListenerInputType 658 - listenerTypeValue:965:u
ListenerInputTypeEvent 659 ListenerInputType eventId:962:u=4294967295
ListenerInputTypeViewModel 660 ListenerInputType viewModelPathIds:963:y
BindablePropertyViewModel 662 BindablePropertyId
UserInput 663 -
KeyboardInput 664 UserInput keyType:971:u=4294967295 keyPhase:972:u modifiers:973:u
ListenerInputTypeKeyboard 665 ListenerInputType
ListenerInputTypeText 666 ListenerInputType
TransitionPropertyComponentComparator 667 TransitionPropertyComparator objectId:977:u propertyKey:978:u
SemanticData 668 Component role:982:u label:983:s value:984:s hint:985:s headingLevel:986:u traitFlags:987:u stateFlags:988:u isExpandable:989:b isSelectable:990:b isCheckable:991:b isToggleable:992:b isRequirable:993:b isEnablable:994:b isFocusable:995:b isExpanded:996:b isSelected:997:b isChecked:998:b isMixed:999:b isToggled:1000:b isRequired:1001:b isDisabled:1002:b isFocused:1003:b isHidden:1004:b isLiveRegion:1005:b isReadOnly:1006:b isModal:1007:b isObscured:1008:b isMultiline:1009:b
ListenerInputTypeSemantic 669 ListenerInputType
SemanticInput 670 UserInput actionType:1010:u
*FocusAction 671 ListenerAction
FocusActionTraversal 672 FocusAction traversalKind:1011:u
ShaderAsset 970 TextAsset
*TextAsset 971 FileAsset folderPath:926:s
ScriptedInterpolator 972 KeyFrameInterpolator scriptAssetId:1015:u=4294967295
ListenerInputTypeGamepad 973 ListenerInputType
GamepadInput 974 UserInput kind:1021:u mapping:1018:u inputIndex:1019:u buttonPhase:1020:u=1
ViewModelPropertyAssetFont 1034 ViewModelPropertyAsset
ViewModelInstanceAssetFont 1035 ViewModelInstanceAsset
FocusActionClear 1037 FocusAction
TransitionFocusCondition 1038 TransitionViewModelCondition
ComponentOrigin 1039 Component originX:1040:f originY:1041:f
TextBlobAsset 1042 TextAsset formatExtension:1043:s
ViewModelPropertyAssetBlob 1043 ViewModelPropertyAsset
ViewModelInstanceAssetBlob 1044 ViewModelInstanceAsset
*LayoutSizingStyle 1056 Component minWidth:502:f maxWidth:500:f minHeight:503:f maxHeight:501:f minWidthUnitsValue:627:u maxWidthUnitsValue:629:u minHeightUnitsValue:628:u maxHeightUnitsValue:630:u layoutWidthScaleType:655:u layoutHeightScaleType:656:u widthUnitsValue:607:u=1 heightUnitsValue:608:u=1 justifySelfValue:1046:u=6 displayValue:596:u
LayoutNodeStyle 1057 LayoutSizingStyle width:1066:f height:1067:f fractionalWidth:1057:f=1.0 fractionalHeight:1058:f=1.0
GridTrack 1058 Component trackValue:1063:f trackMaxValue:1065:f collection:1061:u trackType:1062:u trackMaxType:1064:u
LayoutParticipant 1066 LayoutNodeStyle
KeyFrameInt 1067 InterpolatingKeyFrame value:1068:u
GridItemPlacement 1068 Component gridColumn:1047:u gridRow:1048:u gridColumnSpan:1049:u=1 gridRowSpan:1050:u=1
TextStyleBackground 1069 ContainerComponent cornerRadius:1071:f
ScriptModuleAsset 1071 FileAsset language:1087:u
"""
